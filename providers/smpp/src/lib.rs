//! SMPP 3.4 as a provider of `sms-framework`.
