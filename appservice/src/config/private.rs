//! Files that hold secrets: written 0600, and refused when others could read them.
use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Write};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt, PermissionsExt};
use std::path::Path;

/// A config or registration is a page of text; anything longer is the wrong file.
const FILE_BYTES_MAX: u64 = 1 << 20;

/// The bits that let a group or everyone read, write or run.
const OTHERS: u32 = 0o077;

/// # Errors
/// A sentence: absent, not private, too long, not text.
pub fn read(path: &Path) -> Result<String, String> {
    let name = path.display();
    let file = File::open(path).map_err(|error| cannot_open(path, &error))?;
    // The opened file is asked, not the path: what is checked is what is read.
    let meta = file.metadata().map_err(|error| cannot_open(path, &error))?;
    if !meta.is_file() {
        return Err(format!("{name} is not a file."));
    }
    if meta.mode() & OTHERS != 0 {
        return Err(format!(
            "{name} can be read by others (mode {:04o}); run chmod 600 {name}.",
            meta.mode() & 0o7777
        ));
    }
    let mut text = String::new();
    let read = file.take(FILE_BYTES_MAX + 1).read_to_string(&mut text);
    match read {
        Ok(bytes) if bytes as u64 > FILE_BYTES_MAX => Err(format!("{name} is too long.")),
        Ok(_) => Ok(text),
        Err(_) => Err(format!("{name} is not readable as text.")),
    }
}

fn cannot_open(path: &Path, error: &io::Error) -> String {
    let name = path.display();
    match error.kind() {
        io::ErrorKind::NotFound => {
            format!("{name} does not exist; partnerspace init writes it.")
        }
        io::ErrorKind::PermissionDenied => format!("{name} may not be read by this user."),
        _ => format!("{name} cannot be read: {error}."),
    }
}

/// Writes a new file, or replaces one when `replace`; never leaves half a file behind.
///
/// # Errors
/// A sentence: exists already, or cannot be written.
pub fn write(path: &Path, text: &str, replace: bool) -> Result<(), String> {
    let name = path.display();
    if !replace && fs::symlink_metadata(path).is_ok() {
        return Err(format!("{name} exists already; --force replaces it."));
    }
    let draft = path.with_added_extension("new");
    write_draft(&draft, text)
        .and_then(|()| fs::rename(&draft, path))
        .map_err(|error| format!("{name} cannot be written: {error}."))
}

fn write_draft(draft: &Path, text: &str) -> io::Result<()> {
    match fs::remove_file(draft) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(draft)?;
    // The umask can only take bits away; this sets them whatever it is.
    file.set_permissions(fs::Permissions::from_mode(0o600))?;
    file.write_all(text.as_bytes())?;
    file.sync_all()
}
