//! Converts between `file:` URIs and paths.

use std::path::{Path, PathBuf};

use gen_lsp_types::Uri;

/// The path of a `file:` URI; `None` for other schemes, other hosts and invalid paths.
pub(super) fn path(uri: &Uri) -> Option<PathBuf> {
    let (scheme, rest) = uri.0.split_once(':')?;
    if !scheme.eq_ignore_ascii_case("file") {
        return None;
    }
    let rest = match rest.strip_prefix("//") {
        Some(authority) => {
            let (host, _) = authority.split_once('/')?;
            if !host.is_empty() && !host.eq_ignore_ascii_case("localhost") {
                return None;
            }
            &authority[host.len()..]
        }
        None => rest,
    };
    let end = rest.find(['?', '#']).unwrap_or(rest.len());
    let bytes = percent_decode(&rest[..end])?;
    // On Windows, `/C:/x` is the path `C:/x`.
    let drive = matches!(&*bytes, [b'/', letter, b':', ..] if letter.is_ascii_alphabetic());
    let bytes = if cfg!(windows) && drive { bytes[1..].to_vec() } else { bytes };
    (!bytes.contains(&0)).then(|| of_bytes(bytes)).flatten().filter(|path| path.is_absolute())
}

/// The `file:` URI of an absolute path.
pub(super) fn of(path: &Path) -> Uri {
    let mut uri = String::from("file://");
    if cfg!(windows) {
        uri.push('/');
    }
    for &byte in path.as_os_str().as_encoded_bytes() {
        let byte = if cfg!(windows) && byte == b'\\' { b'/' } else { byte };
        if byte.is_ascii_alphanumeric() || b"-._~/!$&'()*+,;=@".contains(&byte) {
            uri.push(char::from(byte));
        } else {
            uri.push_str(&format!("%{byte:02X}"));
        }
    }
    Uri(uri)
}

fn percent_decode(text: &str) -> Option<Vec<u8>> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&byte, after)) = rest.split_first() {
        rest = after;
        if byte != b'%' {
            bytes.push(byte);
            continue;
        }
        let digit = |at: usize| char::from(*rest.get(at)?).to_digit(16);
        bytes.push(u8::try_from(digit(0)? * 16 + digit(1)?).ok()?);
        rest = &rest[2..];
    }
    Some(bytes)
}

#[cfg(unix)]
fn of_bytes(bytes: Vec<u8>) -> Option<PathBuf> {
    use std::os::unix::ffi::OsStringExt;
    Some(std::ffi::OsString::from_vec(bytes).into())
}

#[cfg(not(unix))]
fn of_bytes(bytes: Vec<u8>) -> Option<PathBuf> {
    String::from_utf8(bytes).ok().map(PathBuf::from)
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::os::unix::ffi::OsStrExt;

    fn read(uri: &str) -> Option<PathBuf> {
        path(&Uri(uri.to_owned()))
    }

    #[test]
    fn path_of_uri() {
        for (uri, expected) in [
            ("file:///a/b.yaml", "/a/b.yaml"),
            ("file://localhost/a", "/a"),
            ("FILE:/a", "/a"),
            ("file:///a%20b/%5Bid%5d.tsx", "/a b/[id].tsx"),
            ("file:///%C3%A9", "/é"),
            ("file:///c%3A/x", "/c:/x"),
            ("file:///a?x#y", "/a"),
        ] {
            assert_eq!(read(uri), Some(PathBuf::from(expected)), "{uri}");
        }
        for uri in [
            "untitled:Untitled-1",
            "file://host/a",
            "file:a",
            "x",
            "file:///%",
            "file:///%g0",
            "file:///%00",
            "file://",
        ] {
            assert_eq!(read(uri), None, "{uri}");
        }
    }

    proptest! {
        #[test]
        fn paths_round_trip(bytes in prop::collection::vec(1_u8.., 0..20)) {
            let bytes = [b"/", &*bytes].concat();
            let expected = PathBuf::from(std::ffi::OsStr::from_bytes(&bytes));
            let uri = of(&expected);
            prop_assert!(uri.0.is_ascii());
            prop_assert_eq!(path(&uri), Some(expected));
        }
    }
}
