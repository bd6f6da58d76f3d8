//! The 512-byte ustar header of a regular file (POSIX.1-1988), read and written.

/// Size of a header, and the unit that contents are padded to.
pub(super) const BLOCK_BYTES: usize = 512;

/// One block of an archive.
pub(super) type Block = [u8; BLOCK_BYTES];

/// Where the fields lie, as offset and length.
const NAME: (usize, usize) = (0, 100);
const MODE: (usize, usize) = (100, 8);
const UID: (usize, usize) = (108, 8);
const GID: (usize, usize) = (116, 8);
const SIZE: (usize, usize) = (124, 12);
const MTIME: (usize, usize) = (136, 12);
const CHECKSUM: (usize, usize) = (148, 8);
const TYPE: usize = 156;
const LINK: (usize, usize) = (157, 100);
const MAGIC: (usize, usize) = (257, 8);
const DEVICE: (usize, usize) = (329, 16);
const PREFIX: (usize, usize) = (345, 167);

const MAGIC_BYTES: &[u8] = b"ustar\x0000";

/// The part of a header that readers may not disagree on.
pub(super) struct Header {
    /// The name, not yet checked as a path.
    pub(super) path: String,
    /// Bytes of content that follow.
    pub(super) size: u64,
}

/// How many bytes of padding follow a content of this size.
pub(super) fn padding(size: u64) -> usize {
    let over = (size % BLOCK_BYTES as u64) as usize;
    (BLOCK_BYTES - over) % BLOCK_BYTES
}

/// Reads a header, refusing everything but a plain regular file.
pub(super) fn parse(block: &Block) -> Result<Header, (Option<String>, String)> {
    let name = terminated(field(block, NAME)).ok_or("its name has bytes after the NUL that ends it");
    let path = name.and_then(|name| std::str::from_utf8(name).map_err(|_| "its name is not UTF-8"));
    let refuse = |message: &str| Err((path.ok().map(str::to_owned), message.to_owned()));
    if field(block, MAGIC) != MAGIC_BYTES {
        return refuse("its header is not plain ustar; pack it with plimsoll pack, or tar --format=ustar");
    }
    if octal(field(block, CHECKSUM)) != Some(checksum(block)) {
        return refuse("the checksum of its header is wrong");
    }
    if block[TYPE] != b'0' {
        return refuse(&format!(
            "it is {}; an artifact holds regular files only",
            match block[TYPE] {
                0 => "an old-style entry (type NUL)",
                b'1' => "a hard link",
                b'2' => "a symbolic link",
                b'3' | b'4' | b'6' => "a device or a pipe",
                b'5' => "a directory",
                b'g' | b'x' => "a pax header",
                b'K' | b'L' => "a GNU long name",
                _ => "an entry of an unknown type",
            }
        ));
    }
    if field(block, PREFIX).iter().any(|byte| *byte != 0) {
        return refuse("its prefix field is not empty; use a shorter path");
    }
    if field(block, LINK).iter().any(|byte| *byte != 0) {
        return refuse("its link field is not empty, although it is a regular file");
    }
    if [MODE, UID, GID, MTIME].iter().any(|at| octal(field(block, *at)).is_none()) {
        return refuse("a number in its header is not octal digits with an end mark");
    }
    if !field(block, DEVICE).chunks(8).all(|number| matches!(octal(number), Some(0)) || number == [0; 8]) {
        return refuse("its device numbers are not zero");
    }
    let Some(size) = octal(field(block, SIZE)) else {
        return refuse("its size is not octal digits with an end mark");
    };
    match path {
        Ok(path) => Ok(Header { path: path.to_owned(), size }),
        Err(message) => refuse(message),
    }
}

/// Writes the header that the real client writes. `None` if the path or the size does not fit.
pub(super) fn build(path: &str, size: u64) -> Option<Block> {
    let mut block = [0; BLOCK_BYTES];
    let mut put = |at: (usize, usize), bytes: &[u8]| {
        (bytes.len() <= at.1).then(|| block[at.0..at.0 + bytes.len()].copy_from_slice(bytes))
    };
    put(NAME, path.as_bytes())?;
    put(MODE, b"0000644\0")?;
    put(UID, b"0000000\0")?;
    put(GID, b"0000000\0")?;
    put(SIZE, format!("{size:011o}\0").as_bytes())?;
    put(MTIME, b"00000000000\0")?;
    put((TYPE, 1), b"0")?;
    put(MAGIC, MAGIC_BYTES)?;
    let sum = format!("{:06o}\0 ", checksum(&block));
    block[CHECKSUM.0..CHECKSUM.0 + CHECKSUM.1].copy_from_slice(sum.as_bytes());
    Some(block)
}

/// The sum of all bytes, with the checksum field taken as spaces.
fn checksum(block: &Block) -> u64 {
    let all: u64 = block.iter().map(|byte| u64::from(*byte)).sum();
    let own: u64 = field(block, CHECKSUM).iter().map(|byte| u64::from(*byte)).sum();
    all - own + CHECKSUM.1 as u64 * u64::from(b' ')
}

fn field(block: &Block, (start, len): (usize, usize)) -> &[u8] {
    &block[start..start + len]
}

/// The bytes before the first NUL, if nothing but NUL follows it.
fn terminated(field: &[u8]) -> Option<&[u8]> {
    let end = field.iter().position(|byte| *byte == 0).unwrap_or(field.len());
    field[end..].iter().all(|byte| *byte == 0).then_some(&field[..end])
}

/// One or more octal digits, then one or more NUL or space: no leading spaces, no binary numbers, which readers take
/// differently. The longest field has 11 digits, so the value fits.
fn octal(field: &[u8]) -> Option<u64> {
    let digits = field.iter().take_while(|byte| matches!(byte, b'0'..=b'7')).count();
    let (number, end) = field.split_at(digits);
    let ended = !end.is_empty() && end.iter().all(|byte| matches!(byte, 0 | b' '));
    (digits > 0 && ended).then(|| number.iter().fold(0, |value, digit| value * 8 + u64::from(digit - b'0')))
}
