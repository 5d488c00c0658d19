//! The access rights and attributes of a file: reads them from one file, and copies them to the file that replaces it.

use std::{
    fs::{File, Permissions},
    io,
    os::unix::fs::{MetadataExt as _, PermissionsExt as _, fchown},
};

/// The owner, the mode and, on Linux, the extended attributes, which include the access control list.
#[derive(Debug)]
pub(super) struct Access {
    owner: (u32, u32),
    mode: u32,
    attributes: Attributes,
}

impl Access {
    /// Reads the access of a file. Fails if some of it cannot be read.
    pub(super) fn of(file: &File) -> io::Result<Self> {
        let metadata = file.metadata()?;
        Ok(Self {
            owner: (metadata.uid(), metadata.gid()),
            // Drops the set-user-ID and set-group-ID bits: a privileged program must not get new content.
            mode: metadata.mode() & 0o1777,
            attributes: Attributes::of(file)?,
        })
    }

    /// Copies the access to another file, exactly. Fails if the system refuses.
    pub(super) fn give_to(&self, file: &File) -> io::Result<()> {
        let metadata = file.metadata()?;
        if (metadata.uid(), metadata.gid()) != self.owner {
            fchown(file, Some(self.owner.0), Some(self.owner.1))?;
        }
        self.attributes.give_to(file)?;
        // An access control list sets the mode as well. Some file systems refuse to set a mode, but already show the right one.
        if file.metadata()?.mode() & 0o7777 != self.mode {
            file.set_permissions(Permissions::from_mode(self.mode))?;
        }
        Ok(())
    }
}

#[cfg(target_os = "linux")]
use self::linux::Attributes;

#[cfg(not(target_os = "linux"))]
#[derive(Debug)]
struct Attributes;

#[cfg(not(target_os = "linux"))]
impl Attributes {
    #[expect(clippy::unnecessary_wraps, reason = "on Linux it can fail")]
    fn of(_file: &File) -> io::Result<Self> {
        Ok(Self)
    }

    #[expect(clippy::unnecessary_wraps, clippy::unused_self, reason = "on Linux it can fail")]
    fn give_to(&self, _file: &File) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(target_os = "linux")]
mod linux {
    use std::{fs::File, io};

    use rustix::{
        fs::{XattrFlags, fgetxattr, flistxattr, fremovexattr, fsetxattr},
        io::Errno,
    };

    /// The system's limit on the length of a list or a value.
    const LONGEST: usize = 64 * 1024;

    /// The access control list. A new file inherits one from its folder by default.
    const ACCESS: &[u8] = b"system.posix_acl_access";

    /// Attributes that vouch for the old content. The system drops or renews them on a write.
    const OF_CONTENT: [&[u8]; 3] = [b"security.capability", b"security.evm", b"security.ima"];

    /// Names and values.
    #[derive(Debug)]
    pub(super) struct Attributes(Vec<(Vec<u8>, Vec<u8>)>);

    impl Attributes {
        pub(super) fn of(file: &File) -> io::Result<Self> {
            let mut memory = vec![0; LONGEST];
            let length = match flistxattr(file, &mut memory[..]) {
                // A file system without attributes.
                Err(Errno::NOTSUP) => 0,
                listed => listed?,
            };
            let names = memory.get(..length).unwrap_or_default().split(|&byte| byte == 0);
            let kept = names.filter(|name| !name.is_empty() && !OF_CONTENT.contains(name));
            let read = kept.map(|name| Ok((name.to_vec(), value(file, name)?.unwrap_or_default())));
            Ok(Self(read.collect::<io::Result<_>>()?))
        }

        pub(super) fn give_to(&self, file: &File) -> io::Result<()> {
            if !self.0.iter().any(|(name, _)| name == ACCESS) && value(file, ACCESS)?.is_some() {
                fremovexattr(file, ACCESS)?;
            }
            for (name, wanted) in &self.0 {
                if value(file, name)?.as_ref() != Some(wanted) {
                    fsetxattr(file, name.as_slice(), wanted, XattrFlags::empty())?;
                }
            }
            Ok(())
        }
    }

    fn value(file: &File, name: &[u8]) -> io::Result<Option<Vec<u8>>> {
        let mut memory = vec![0; LONGEST];
        match fgetxattr(file, name, &mut memory[..]) {
            Ok(length) => {
                memory.truncate(length);
                Ok(Some(memory))
            }
            Err(Errno::NODATA | Errno::NOTSUP) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }
}
