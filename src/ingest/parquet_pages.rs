//! A look at the page headers of a Parquet column before the reader sees them.
//!
//! The reader takes the counts in page headers at their word and asks for so much memory; a damaged count can be so large that
//! the program is ended, which nothing can catch. So the headers (Thrift's compact protocol) are read here first, and a
//! column with counts that cannot be is refused.

/// No page of a log is larger when unpacked.
const LARGEST_PAGE: i64 = 512 << 20;

/// The counts of a page header that say how much memory to ask for.
#[derive(Debug, Default, PartialEq, Eq)]
struct Page {
    /// 0 data, 1 index, 2 dictionary, 3 data of the second kind.
    kind: i64,
    unpacked: i64,
    stored: i64,
    /// Values of a page of data.
    values: i64,
    /// Values of a dictionary.
    entries: i64,
    nulls: i64,
    rows: i64,
    levels: [i64; 2],
}

/// Checks the pages of one column chunk, which says to hold so many values.
pub(crate) fn check(chunk: &[u8], values: i64) -> Result<(), &'static str> {
    let (mut at, mut seen) = (0, 0i64);
    while seen < values {
        let mut reader = Reader { bytes: chunk, at };
        let page = reader.page().ok_or("a page header is damaged")?;
        let stored = usize::try_from(page.stored).map_err(|_| "a page has a size that cannot be")?;
        at = reader
            .at
            .checked_add(stored)
            .filter(|end| *end <= chunk.len())
            .ok_or("a page is longer than its column")?;
        if !(0..=LARGEST_PAGE).contains(&page.unpacked) {
            return Err("a page has a size that cannot be");
        }
        let counts = [page.values, page.nulls, page.rows];
        if counts.iter().any(|count| *count < 0 || *count > values) {
            return Err("a page counts more values than its column");
        }
        if page.levels.iter().any(|length| *length < 0 || *length > page.stored) {
            return Err("the levels of a page are longer than the page");
        }
        if page.entries < 0 || page.entries > page.unpacked {
            return Err("a dictionary counts more values than it has bytes");
        }
        seen += page.values;
    }
    if seen == values { Ok(()) } else { Err("the pages of a column do not add up") }
}

/// Reads Thrift's compact protocol.
struct Reader<'a> {
    bytes: &'a [u8],
    at: usize,
}

/// Structures inside one another, at most.
const DEPTH: usize = 16;

impl Reader<'_> {
    fn page(&mut self) -> Option<Page> {
        let mut page = Page::default();
        self.fields(|reader, field, kind| {
            match field {
                1 => page.kind = reader.number(kind)?,
                2 => page.unpacked = reader.number(kind)?,
                3 => page.stored = reader.number(kind)?,
                5 => reader.fields(|reader, field, kind| match field {
                    1 => reader.number(kind).map(|values| page.values = values),
                    _ => reader.skip(kind, DEPTH),
                })?,
                7 => reader.fields(|reader, field, kind| match field {
                    1 => reader.number(kind).map(|entries| page.entries = entries),
                    _ => reader.skip(kind, DEPTH),
                })?,
                8 => reader.fields(|reader, field, kind| match field {
                    1 => reader.number(kind).map(|values| page.values = values),
                    2 => reader.number(kind).map(|nulls| page.nulls = nulls),
                    3 => reader.number(kind).map(|rows| page.rows = rows),
                    5 | 6 => reader.number(kind).map(|length| page.levels[field as usize - 5] = length),
                    _ => reader.skip(kind, DEPTH),
                })?,
                _ => reader.skip(kind, DEPTH)?,
            }
            Some(())
        })?;
        Some(page)
    }

    /// Calls `take` for each field of the structure that begins here.
    fn fields(&mut self, mut take: impl FnMut(&mut Self, i64, u8) -> Option<()>) -> Option<()> {
        let mut field = 0i64;
        loop {
            let byte = self.byte()?;
            if byte == 0 {
                return Some(());
            }
            field = match byte >> 4 {
                0 => self.zigzag()?,
                step => field.checked_add(i64::from(step))?,
            };
            take(self, field, byte & 15)?;
        }
    }

    fn byte(&mut self) -> Option<u8> {
        let byte = *self.bytes.get(self.at)?;
        self.at += 1;
        Some(byte)
    }

    fn unsigned(&mut self) -> Option<u64> {
        let mut value = 0u64;
        for shift in (0..64).step_by(7) {
            let byte = self.byte()?;
            value |= u64::from(byte & 0x7f) << shift;
            if byte < 0x80 {
                return Some(value);
            }
        }
        None
    }

    fn zigzag(&mut self) -> Option<i64> {
        let value = self.unsigned()?;
        Some((value >> 1) as i64 ^ -((value & 1) as i64))
    }

    /// A whole number of 16, 32 or 64 bits.
    fn number(&mut self, kind: u8) -> Option<i64> {
        matches!(kind, 4..=6).then(|| self.zigzag()).flatten()
    }

    fn skip(&mut self, kind: u8, depth: usize) -> Option<()> {
        if depth == 0 {
            return None;
        }
        match kind {
            1 | 2 => Some(()),
            3 => self.pass(1),
            4..=6 => self.zigzag().map(|_| ()),
            7 => self.pass(8),
            8 => {
                let length = self.unsigned()?;
                self.pass(usize::try_from(length).ok()?)
            }
            9 | 10 => {
                let byte = self.byte()?;
                let count = if byte >> 4 == 15 { self.unsigned()? } else { u64::from(byte >> 4) };
                for _ in 0..count {
                    // Of a list of truths each has a byte.
                    self.skip(if matches!(byte & 15, 1 | 2) { 3 } else { byte & 15 }, depth - 1)?;
                }
                Some(())
            }
            12 => self.fields(|reader, _, kind| reader.skip(kind, depth - 1)),
            _ => None,
        }
    }

    fn pass(&mut self, count: usize) -> Option<()> {
        self.at = self.at.checked_add(count).filter(|at| *at <= self.bytes.len())?;
        Some(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// A header of a data page: kind 0, 10 bytes unpacked, 4 stored, so many values; then four bytes.
    fn page(values: u8) -> Vec<u8> {
        let zigzag = values << 1;
        [&[0x15, 0, 0x15, 20, 0x15, 8, 0x2c, 0x15, zigzag, 0x15, 0, 0x15, 6, 0x15, 6, 0, 0][..], &[9; 4]].concat()
    }

    #[test]
    fn counts_that_cannot_be_are_refused() {
        let two = [page(3), page(4)].concat();
        assert_eq!(check(&two, 7), Ok(()));
        assert_eq!(check(&two, 6), Err("the pages of a column do not add up"));
        assert_eq!(check(&two, 8), Err("a page header is damaged"));
        assert_eq!(check(&two, 3), Ok(()));
        assert_eq!(check(&two, 2), Err("a page counts more values than its column"));
        assert_eq!(check(&two[..two.len() - 1], 7), Err("a page is longer than its column"));
        let mut negative = page(3);
        negative[8] = 5;
        assert_eq!(check(&negative, 7), Err("a page counts more values than its column"));
    }

    proptest! {
        #[test]
        fn any_bytes_end(bytes in prop::collection::vec(any::<u8>(), 0..200), values in any::<i64>()) {
            let _ = check(&bytes, values);
        }
    }
}
