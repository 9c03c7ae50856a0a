//! Paths as relative URIs.

use std::fmt::Write as _;

/// Encodes every byte that is not unreserved in RFC 3986, and so `:`, which could end a scheme.
pub(super) fn of_path(path: &[u8]) -> String {
    let mut uri = String::with_capacity(path.len());
    for &byte in path {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => {
                uri.push(char::from(byte));
            }
            _ => {
                let _ = write!(uri, "%{byte:02X}");
            }
        }
    }
    uri
}

#[cfg(test)]
mod tests {
    use super::of_path;

    #[test]
    fn reserved_bytes() {
        assert_eq!(of_path(b"src/a-b_c.d~e"), "src/a-b_c.d~e");
        assert_eq!(of_path("a:b/é?#%[\\ \n".as_bytes()), "a%3Ab/%C3%A9%3F%23%25%5B%5C%20%0A");
        assert_eq!(of_path(b"\xff"), "%FF");
    }
}
