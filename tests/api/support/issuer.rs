//! An issuer of tokens as production has one: keys published over TLS, replaced, withdrawn, out of reach.

use std::sync::Arc;

use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair as _};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use rcgen::{BasicConstraints, Certificate, CertificateParams, IsCa, Issuer as Authority, KeyPair};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::aws_lc_rs::default_provider;
use tokio_rustls::rustls::pki_types::PrivatePkcs8KeyDer;

/// A key that signs tokens.
pub struct Key {
    kid: &'static str,
    private: EncodingKey,
    public: String,
}

impl Key {
    pub fn new(kid: &'static str) -> Self {
        let pair = Ed25519KeyPair::generate().unwrap();
        let private = EncodingKey::from_ed_der(pair.to_pkcs8().unwrap().as_ref());
        Self { kid, private, public: URL_SAFE_NO_PAD.encode(pair.public_key().as_ref()) }
    }

    pub fn sign(&self, claims: &Value) -> String {
        self.sign_as("JWT", claims)
    }

    /// Signs what is of some type.
    pub fn sign_as(&self, typ: &str, claims: &Value) -> String {
        let header = Header {
            typ: Some(typ.to_owned()),
            kid: Some(self.kid.to_owned()),
            ..Header::new(Algorithm::EdDSA)
        };
        jsonwebtoken::encode(&header, claims, &self.private).unwrap()
    }
}

/// What the address of the keys answers: a set, or nothing.
type Answer = Option<String>;

/// The address of the keys, and the authority that certifies it.
pub struct Issuer {
    pub url: String,
    /// The certificate of the authority, in PEM.
    pub authority: String,
    answer: watch::Sender<Answer>,
    asked: watch::Receiver<u32>,
}

impl Issuer {
    pub async fn new(keys: &[&Key]) -> Self {
        let (authority, acceptor) = certified();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("https://localhost:{}/cles", listener.local_addr().unwrap().port());
        let (answer, said) = watch::channel(Some(set(keys)));
        let (count, asked) = watch::channel(0);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let answer = said.borrow().clone();
                count.send_modify(|times| *times += 1);
                tokio::spawn(reply(acceptor.clone(), stream, answer));
            }
        });
        Self { url, authority: authority.pem(), answer, asked }
    }

    /// Publishes these keys, and waits until they were taken: until they were asked for twice.
    pub async fn publish(&self, keys: &[&Key]) {
        self.answer.send_replace(Some(set(keys)));
        self.asked(2).await;
    }

    /// Answers nobody, until it was asked so many times.
    pub async fn be_silent(&self, times: u32) {
        self.answer.send_replace(None);
        self.asked(times).await;
    }

    /// Waits until the keys were asked for so many times again.
    async fn asked(&self, times: u32) {
        let mut asked = self.asked.clone();
        let already = *asked.borrow();
        asked.wait_for(|count| *count >= already + times).await.unwrap();
    }
}

fn set(keys: &[&Key]) -> String {
    let jwk = |key: &&Key| json!({ "kty": "OKP", "crv": "Ed25519", "x": key.public, "kid": key.kid, "use": "sig" });
    json!({ "keys": keys.iter().map(jwk).collect::<Vec<_>>() }).to_string()
}

/// An authority of its own, and what ends TLS under its word.
fn certified() -> (Certificate, TlsAcceptor) {
    let mut params = CertificateParams::new(Vec::new()).unwrap();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let key = KeyPair::generate().unwrap();
    let authority = params.self_signed(&key).unwrap();
    let signing = Authority::new(params, key);
    let key = KeyPair::generate().unwrap();
    let server = CertificateParams::new(vec!["localhost".to_owned()]).unwrap();
    let server = server.signed_by(&key, &signing).unwrap();
    let private = PrivatePkcs8KeyDer::from(key.serialize_der());
    let config = ServerConfig::builder_with_provider(Arc::new(default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![server.der().clone()], private.into())
        .unwrap();
    (authority, TlsAcceptor::from(Arc::new(config)))
}

async fn reply(acceptor: TlsAcceptor, stream: TcpStream, answer: Answer) {
    // A caller who does not know the authority goes away here.
    let (Some(answer), Ok(mut stream)) = (answer, acceptor.accept(stream).await) else { return };
    let mut asked = [0; 4096];
    if matches!(stream.read(&mut asked).await, Ok(1..)) {
        let text = format!("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n{answer}");
        stream.write_all(text.as_bytes()).await.ok();
        stream.shutdown().await.ok();
    }
}
