//! The smallest program that sends: `cargo run --example embed -- sms.toml +14155550123 "Hello"`.

use sms_framework::{Error, Message, SmsClient};
use sms_provider_mock as _; // links the plugin in: without this line it is not in the binary
use sms_provider_twilio as _;

#[tokio::main]
#[expect(clippy::print_stdout, reason = "it is a program")]
async fn main() -> Result<(), Error> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [config, to, text] = arguments.as_slice() else {
        panic!("usage: embed CONFIG TO TEXT")
    };
    let sms = SmsClient::from_file(config)?;
    let receipt = sms.send(Message::new(to, text)).await?;
    println!(
        "{} took it: {:?}",
        receipt.provider, receipt.provider_message_id
    );
    Ok(())
}
