//! Webhooks: which addresses are plain, which hosts are allowed, which networks are never sent to, and how a message is signed.

use std::net::IpAddr;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use traitant::domain::webhook::{AdresseWebhook, Hotes, est_publique};
use traitant::webhooks::signature;

/// The example that the libraries of Standard Webhooks are tested with.
#[test]
fn a_message_is_signed_as_standard_webhooks_says() {
    let secret = STANDARD.decode("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").unwrap();
    let body = r#"{"test": 2432232314}"#;
    assert_eq!(
        signature(&secret, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1_614_265_330, body),
        "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
    );
}

#[test]
fn networks_that_are_not_the_internet_are_never_sent_to() {
    let inner = [
        "0.0.0.0",
        "10.0.0.1",
        "100.64.0.1",
        "100.127.255.255",
        "127.0.0.1",
        "127.255.255.254",
        "169.254.169.254",
        "172.16.0.1",
        "172.31.255.255",
        "192.0.0.8",
        "192.0.2.1",
        "192.88.99.1",
        "192.168.1.1",
        "198.18.0.1",
        "198.19.255.255",
        "198.51.100.7",
        "203.0.113.9",
        "224.0.0.1",
        "240.0.0.1",
        "255.255.255.255",
        "::",
        "::1",
        "::ffff:10.0.0.1",
        "::ffff:127.0.0.1",
        "64:ff9b::a00:1",
        "100::1",
        "2001::1",
        "2001:db8::1",
        "2002:a00:1::",
        "3fff::1",
        "fc00::1",
        "fd12:3456::1",
        "fe80::1",
        "fec0::1",
        "ff02::1",
    ];
    for one in inner {
        assert!(!est_publique(one.parse::<IpAddr>().unwrap()), "{one}");
    }
    let outer = [
        "1.1.1.1",
        "9.255.255.255",
        "11.0.0.1",
        "100.63.255.255",
        "100.128.0.1",
        "126.255.255.255",
        "128.0.0.1",
        "172.15.255.255",
        "172.32.0.1",
        "192.167.255.255",
        "192.169.0.1",
        "198.17.255.255",
        "198.20.0.1",
        "223.255.255.255",
        "2001:4860:4860::8888",
        "2606:4700:4700::1111",
        "2a01:e0a::1",
        "::ffff:1.1.1.1",
    ];
    for one in outer {
        assert!(est_publique(one.parse::<IpAddr>().unwrap()), "{one}");
    }
}

#[test]
fn an_address_hides_no_other_one() {
    let plain = |text: &str| {
        AdresseWebhook::parse(text)
            .map(|one| (one.hote().to_owned(), one.port(), one.est_securisee()))
    };
    let host = "si.caisse.example".to_owned();
    assert_eq!(plain("https://si.caisse.example/a?b=c"), Some((host.clone(), 443, true)));
    assert_eq!(plain("https://si.caisse.example:8443"), Some((host.clone(), 8443, true)));
    assert_eq!(plain("http://si.caisse.example/"), Some((host, 80, false)));
    let wrong = [
        "",
        "https://",
        "https:///x",
        "//x.example/",
        "ftp://x.example/",
        "HTTPS://x.example/",
        "https://X.example/",
        "https://x.example:0/",
        "https://x.example:65536/",
        "https://x.example:80:90/",
        "https://a@x.example/",
        "https://a:b@x.example/",
        "https://x.example/#f",
        "https://x.example\\@y.example/",
        "https://x.example/ y",
        "https://[::1]/",
        "https://x_y.example/",
        "https://é.example/",
        "https://.x.example/",
        "https://x.example./",
        "https://x.example?y",
        "https://2130706433/",
        "https://127.1/",
        "https://0x7f.0.0.1/",
        "https://x.0x10/",
        "https://256.0.0.1/",
        "https://x.example/a\nb",
    ];
    for one in wrong {
        assert_eq!(plain(one), None, "{one}");
    }
    assert!(plain(&format!("https://x.example/{}", "a".repeat(282))).is_some());
    assert!(plain(&format!("https://x.example/{}", "a".repeat(283))).is_none());
}

#[test]
fn a_host_is_allowed_with_its_port_and_nothing_near_it() {
    let hosts = Hotes::parse(["si.caisse.example", "relais.example:8443"]).unwrap();
    let accepted = |text: &str| hosts.acceptent(&AdresseWebhook::parse(text).unwrap());
    assert!(accepted("https://si.caisse.example/x") && accepted("https://relais.example:8443/"));
    for other in [
        "https://si.caisse.example:8443/",
        "http://si.caisse.example/",
        "https://relais.example/",
        "https://caisse.example/",
        "https://x.si.caisse.example/",
        "https://si.caisse.example.evil.example/",
    ] {
        assert!(!accepted(other), "{other}");
    }
    assert!(Hotes::default().est_vide() && !hosts.est_vide());
    for wrong in ["https://x.example", "x.example/y", "a b", "x.example:0", "*.example"] {
        assert_eq!(Hotes::parse([wrong]), Err(wrong.to_owned()));
    }
}
