//! What the name of a member, a header or a parameter says about its value, in every spelling. The crates that use it find the names
//! and mask the values.

/// Words within the names of credentials, in lower case without separators: `SecretAccessKey`, `db_password`.
const PARTS: [&str; 8] = [
    "connectionstring",
    "encryptionkey",
    "passcode",
    "passphrase",
    "passwd",
    "password",
    "privatekey",
    "secret",
];

/// Endings of the names of credentials, without a plural `s`: `sessionToken`, `x-amz-signature`.
const ENDS: [&str; 62] = [
    "accesskey",
    "accesskeyid",
    "accountkey",
    "adminkey",
    "aeskey",
    "apikey",
    "appkey",
    "applicationkey",
    "assertion",
    "authenticationkey",
    "authkey",
    "authorization",
    "bearer",
    "cipherkey",
    "clientkey",
    "clientkeydata",
    "connstr",
    "connstring",
    "consumerkey",
    "cookie",
    "credential",
    "csrf",
    "customerkey",
    "decryptionkey",
    "deploykey",
    "dockerconfig",
    "functionkey",
    "gpgkey",
    "hmackey",
    "jaasconfig",
    "jwt",
    "keytab",
    "kubeconfig",
    "licencekey",
    "licensekey",
    "masterkey",
    "passkey",
    "pgpkey",
    "primarykey",
    "privkey",
    "pwd",
    "recoverykey",
    "rsakey",
    "sasuri",
    "sasurl",
    "secondarykey",
    "securitykey",
    "servicekey",
    "sessionid",
    "sessionkey",
    "sharedkey",
    "signature",
    "signedurl",
    "signingkey",
    "sshkey",
    "sslkey",
    "storagekey",
    "subscriptionkey",
    "symmetrickey",
    "tlskey",
    "unsealkey",
    "xsrf",
];

/// A further ending, unless it is plural and the value is a number: `maxTokens`.
const TOKEN: &str = "token";

/// Last words of the names of credentials, too short to be looked for inside other words: `dbPass`, `x_sig`.
const WORDS: [&str; 13] = [
    "auth", "cred", "creds", "hmac", "oauth", "otp", "pass", "pin", "psk", "pw", "sas", "sig", "totp",
];

/// Words that follow the name of one of several credentials, as a number does: `tokenOld`, `sas_token_primary`.
const QUALIFIERS: [&str; 7] = ["old", "new", "current", "primary", "secondary", "value", "json"];

/// The longest name, in bytes.
pub const LONGEST: usize = 256;

/// The meaning of a value.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "a value may have several of these meanings"
)]
pub struct Meaning {
    /// A credential.
    pub is_secret: bool,
    /// A number is an amount, not a credential.
    pub may_be_amount: bool,
    /// The value is the URL of a database or a storage service.
    pub is_url: bool,
    /// The name is `key`. A text with this name is a credential, unless a neighbor [says otherwise](explains_key).
    pub is_key: bool,
}

impl Meaning {
    /// The meaning of a credential.
    pub const SECRET: Self = Self {
        is_secret: true,
        may_be_amount: false,
        is_url: false,
        is_key: false,
    };

    /// Returns the meaning of the value with this name.
    #[must_use]
    pub fn of(name: &str) -> Self {
        let plain = plain(name);
        let common = without_qualifier(&plain);
        let one = common.strip_suffix('s').unwrap_or(common);
        let is_part = PARTS.iter().any(|part| plain.contains(part));
        let is_end = ENDS.iter().any(|end| one.ends_with(end));
        let is_word = WORDS.contains(&without_qualifier(&plain_word(name)));
        let is_token = one.ends_with(TOKEN);
        Self {
            is_secret: is_part || is_end || is_word || is_token,
            may_be_amount: is_token && one != common && !is_part,
            is_url: plain == "url",
            is_key: ["key", "keys"].contains(&&*plain),
        }
    }

    /// Combines the meaning of a value with that of the value around it.
    #[must_use]
    pub fn within(self, outer: Self) -> Self {
        Self {
            is_secret: self.is_secret || outer.is_secret,
            may_be_amount: if self.is_secret { self } else { outer }.may_be_amount,
            is_url: self.is_url || outer.is_url,
            is_key: self.is_key || outer.is_key,
        }
    }
}

/// Whether a neighbor with this name shows that `key` is not a credential: it is the name of an object in a bucket, or of the value
/// beside it.
#[must_use]
pub fn explains_key(neighbor: &str) -> bool {
    let plain = plain(neighbor);
    plain.contains("bucket") || ["val", "value", "values"].contains(&&*plain)
}

/// Whether a member with this name contains the name of the value in another member: `{"name": "password", "value":
/// …}`.
#[must_use]
pub fn names_another(name: &str) -> bool {
    let plain = plain(name);
    [
        "name",
        "key",
        "field",
        "header",
        "parameter",
        "param",
        "property",
        "variable",
        "id",
        "k",
    ]
    .contains(&&*plain)
}

/// Whether a member with this name contains a value that another member names.
#[must_use]
pub fn is_named_by_another(name: &str) -> bool {
    let plain = plain(name);
    let one = plain.strip_suffix('s').unwrap_or(&plain);
    one.ends_with("value") || ["val", "v", "content", "data"].contains(&&*plain)
}

/// Returns a name in lower case without separators.
fn plain(name: &str) -> String {
    let letters = name.chars().filter(char::is_ascii_alphanumeric);
    letters.map(|character| character.to_ascii_lowercase()).collect()
}

/// Returns a plain name without a number or a qualifier at its end.
fn without_qualifier(plain: &str) -> &str {
    let name = plain.trim_end_matches(|last: char| last.is_ascii_digit());
    let mut qualifiers = QUALIFIERS.iter();
    qualifiers
        .find_map(|qualifier| name.strip_suffix(qualifier))
        .unwrap_or(name)
}

/// Returns the last word of a name: after a separator, or from its capital on.
fn plain_word(name: &str) -> String {
    let name = name
        .trim_end_matches(|last: char| !last.is_ascii_alphanumeric())
        .as_bytes();
    let begins = |at: &usize| {
        let byte = |at: usize| name.get(at).copied().unwrap_or_default();
        let (before, here, next) = (byte(at.wrapping_sub(1)), byte(*at), byte(at + 1));
        !before.is_ascii_alphanumeric()
            || here.is_ascii_uppercase() && (!before.is_ascii_uppercase() || next.is_ascii_lowercase())
    };
    let start = (0..name.len()).rev().find(begins).unwrap_or_default();
    plain(&String::from_utf8_lossy(name.get(start..).unwrap_or_default()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn credentials_are_known_by_their_names_however_these_are_spelled() {
        const OF_CREDENTIALS: &str = "password dbPassword DB_PASSWORD db-password passwords passwd pwd passphrase pass dbPass DBPass \
            db_pass jwt userJwt USER_JWT jwts cookie Set-Cookie cookies bearer authorization Proxy-Authorization proxyAuthorization \
            auth basicAuth accessKey access_key ACCESS-KEY awsAccessKey accessKeys encryptionKey encryption_key_base64 privateKey \
            private-key privateKeyPem connectionString connection_string CONNECTIONSTRING signature X-Amz-Signature sig SIG sasSig \
            x_sig x-api-key X_API_KEY apikey api.key xApiKey apiKeys client_secret clientSecretValue SecretAccessKey sas SASTOKEN \
            sas_token accessToken x-amz-security-token storageAccountKey Ocp-Apim-Subscription-Key masterKey credential \
            credentials AWS_CREDENTIALS otp sharedAccessSignature client_assertion sessionId kubeconfig KUBE_CONFIG accessKeyId \
            accessKeyID aws_access_key_id storageKey storage-key sas_url sasUrl SAS_URI presignedUrl client-key-data tlsKey \
            sasl.jaas.config .dockerconfigjson aws_creds wifiPsk totp db_conn_str X-Amz-Credential \
            x-amz-server-side-encryption-customer-key X-CSRF xsrf X-XSRF-TOKEN token1 token_2 token[0] sasToken1 apiKey1 api_key_2 \
            accessToken2 storageAccountKey1 cookie2 sas1 tokens2 sessionToken_old sas_token_primary tokenValue authToken.value \
            credentialJson connString dbPw pw primaryKey secondary_key PRIMARY-KEY primaryKeys symmetricKey iot_secondary_key \
            authenticationKey applicationKey securityKey licenceKey unsealKeys recoveryKey \
             consumerKey oauth_consumer_key";
        const OF_OTHERS: &str = "_ key inputKey objectKey publicKey keyId user username bypass compass config design \
            sigma author texas kansas pinned pinboard token.txt tokenizer input.txt storage storageClass url baseUrl callback_url sas_expiry \
            credits sacred x-amz-date X-Amz-Expires partitionKey sortKey foreignKey monkey keyboard keywords \
            kubernetes authority inputs text signed_at connection region key1 value old json input2 renew threshold primary";
        for name in OF_CREDENTIALS.split_whitespace().chain(["db password"]) {
            assert!(Meaning::of(name).is_secret, "{name}");
        }
        for name in OF_OTHERS.split_whitespace().chain([""]) {
            assert!(!Meaning::of(name).is_secret, "{name}");
        }
        assert!(Meaning::of("maxTokens").may_be_amount);
        assert!(!Meaning::of("passwordTokens").may_be_amount);
        assert!(!Meaning::of("token").may_be_amount);
    }

    #[test]
    fn a_key_depends_on_its_neighbors() {
        for name in ["key", "Key", "KEY", "keys"] {
            assert!(Meaning::of(name).is_key, "{name}");
        }
        for name in ["inputKey", "keyId", "apiKey", "k", "key1", "keyValue"] {
            assert!(!Meaning::of(name).is_key, "{name}");
        }
        for neighbor in ["bucket", "Bucket", "bucketName", "s3_bucket", "value", "Values"] {
            assert!(explains_key(neighbor), "{neighbor}");
        }
        for neighbor in ["name", "url", "region", "valueOf", "data", ""] {
            assert!(!explains_key(neighbor), "{neighbor}");
        }
    }

    #[test]
    fn only_the_whole_name_url_promises_the_url_of_a_service() {
        for name in ["url", "URL", "_url"] {
            assert!(Meaning::of(name).is_url, "{name}");
        }
        for name in ["baseUrl", "urls", "u", "name", ""] {
            assert!(!Meaning::of(name).is_url, "{name}");
        }
    }

    #[test]
    fn a_value_has_the_meanings_of_its_own_name_and_of_those_around_it() {
        let [none, password, url, key, tokens] = ["name", "password", "url", "key", "maxTokens"].map(Meaning::of);
        for meaning in [none, password, url, key, tokens] {
            assert_eq!(meaning.within(none), meaning);
            assert_eq!(none.within(meaning), meaning);
        }
        assert!(url.within(password).is_secret && url.within(password).is_url);
        assert!(key.within(url).is_key && key.within(url).is_url);
        // A number is an amount by the innermost name of a credential.
        assert!(tokens.within(password).may_be_amount);
        assert!(!password.within(tokens).may_be_amount);
    }

    #[test]
    fn one_member_names_the_value_of_another() {
        for name in ["name", "Name", "key", "field", "header", "param", "variable", "id", "k"] {
            assert!(names_another(name), "{name}");
            assert!(!is_named_by_another(name), "{name}");
        }
        for name in ["value", "Values", "defaultValue", "val", "v", "content", "data"] {
            assert!(is_named_by_another(name), "{name}");
            assert!(!names_another(name), "{name}");
        }
        for name in ["user", "names", "valued", "dataset", ""] {
            assert!(!names_another(name) && !is_named_by_another(name), "{name}");
        }
    }
}
