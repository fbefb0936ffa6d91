//! Cutting a JSON list into its elements, so that a list of any length is read like a file of one object a line.

use memchr::memchr2;

/// What stands at a place between two elements.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Step {
    /// An element from here to there.
    Element(usize, usize),
    /// An element that begins here and has not ended.
    Partial(usize),
    /// The list ends before here.
    Close(usize),
    /// Nothing but white space and commas.
    Nothing,
}

/// The next step from `at`.
pub(crate) fn step(bytes: &[u8], at: usize) -> Step {
    let blank = |byte: &u8| byte.is_ascii_whitespace() || *byte == b',';
    let Some(skipped) = bytes[at..].iter().position(|byte| !blank(byte)) else { return Step::Nothing };
    let start = at + skipped;
    match bytes[start] {
        b']' => Step::Close(start + 1),
        b'{' | b'[' | b'"' => balanced(bytes, start).map_or(Step::Partial(start), |end| Step::Element(start, end)),
        _ => bytes[start..]
            .iter()
            .position(|byte| blank(byte) || *byte == b']')
            .map_or(Step::Partial(start), |length| Step::Element(start, start + length.max(1))),
    }
}

/// Where the object, list or text that begins at `start` ends.
fn balanced(bytes: &[u8], start: usize) -> Option<usize> {
    let (mut depth, mut at) = (0usize, start);
    loop {
        match bytes.get(at)? {
            b'{' | b'[' => depth += 1,
            b'}' | b']' => depth = depth.saturating_sub(1),
            b'"' => {
                at += 1;
                loop {
                    at += memchr2(b'"', b'\\', bytes.get(at..)?)?;
                    if bytes[at] == b'"' {
                        break;
                    }
                    at += 2;
                }
            }
            _ => {}
        }
        at += 1;
        if depth == 0 {
            return Some(at);
        }
    }
}

/// True where the text is a list of objects, or an empty list.
pub(crate) fn is_list(bytes: &[u8]) -> bool {
    let text = bytes.trim_ascii_start();
    text.first() == Some(&b'[') && matches!(text[1..].trim_ascii_start().first(), Some(b'{' | b']'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn elements() {
        let text = br#" {"a":"}\"]"} , [1,[2]],7 ,"x" ]"#;
        let mut at = 0;
        let mut found = Vec::new();
        while let Step::Element(start, end) = step(text, at) {
            found.push(std::str::from_utf8(&text[start..end]).unwrap());
            at = end;
        }
        assert_eq!(found, [r#"{"a":"}\"]"}"#, "[1,[2]]", "7", "\"x\""]);
        assert_eq!(step(text, at), Step::Close(text.len()));
        for partial in ["{", "{\"a", "{\"a\\", "[{}", "12", "\""] {
            assert_eq!(step(partial.as_bytes(), 0), Step::Partial(0), "{partial}");
        }
        assert_eq!(step(b" , ", 0), Step::Nothing);
        assert_eq!(step(b"} ", 0), Step::Element(0, 1));
    }
}
