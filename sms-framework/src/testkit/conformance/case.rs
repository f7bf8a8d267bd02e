//! The cases.

macro_rules! cases {
    ($($(#[$doc:meta])* $name:ident;)*) => {
        /// One case of the suite.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
        pub enum Case { $($(#[$doc])* $name,)* }

        impl Case {
            /// Every case, in the order in which they are run.
            pub const ALL: &'static [Self] = &[$(Self::$name,)*];
        }
    };
}

cases! {
    /// The vendor takes the message: its ids are kept, and where it stands.
    Accepted;
    /// Texts arrive byte for byte: GSM extension, emoji, line breaks, `+`, `&`, 1600 characters.
    Text;
    /// The vendor says that the recipient is no number it can reach.
    InvalidNumber;
    /// The recipient opted out, or is blocked: at the send, or in a receipt later.
    OptedOut;
    /// The vendor refuses the credentials.
    BadCredentials;
    /// The vendor is called too often, and names no wait.
    Throttled;
    /// The vendor is called too often, and names the wait.
    ThrottledWithWait;
    /// The vendor answers with a server error: nobody can say whether it took the message.
    ServerError;
    /// The answer is not what the vendor's API promises.
    BadAnswer;
    /// The answer's status says success, and its body a failure.
    HiddenFailure;
    /// No connection: the message was not sent.
    ConnectionRefused;
    /// The connection breaks after the request was written: it may have been sent.
    NoAnswer;
    /// The answer does not come in time: it may have been sent.
    Timeout;
    /// Secrets, texts and recipients are in no error, no `Debug`, no trace.
    Secrets;
    /// What the provider says that it can do agrees with its record and with its powers.
    Capabilities;
    /// Media arrive, or are refused clearly.
    Media;
    /// A validity period arrives, or is refused clearly.
    Validity;
    /// A messaging service as sender arrives, or is refused clearly.
    MessagingService;
    /// Our id travels with the message, as the capabilities say.
    Reference;
    /// A message that the vendor has is found, one that it has not is not.
    Lookup;
    /// Receipts are read; with a wrong signature, or with none, they are refused.
    Receipts;
    /// A status word that nobody knows stays a word: no state is invented.
    UnknownStatus;
    /// Messages from phones are read.
    Inbound;
    /// The table of codes is well formed, and each code has its source.
    Codes;
}
