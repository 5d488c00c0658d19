//! Disks of a given size, for tests that may mount one.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use super::folder::Folder;

/// A disk of a given size. The drop unmounts it.
pub(crate) struct Disk(PathBuf);

impl Disk {
    /// Returns `None` without the right to mount one.
    pub(crate) fn new(folder: &Folder, size: &str) -> Option<Self> {
        let place = folder.path().join("disk");
        fs::create_dir(&place).unwrap();
        let size = format!("size={size}");
        let mount = Command::new("mount")
            .args(["-t", "tmpfs", "-o", &size, "none"])
            .arg(&place)
            .output();
        mount.is_ok_and(|run| run.status.success()).then_some(Self(place))
    }

    pub(crate) fn path(&self) -> &Path {
        &self.0
    }

    pub(crate) fn make_read_only(&self) {
        let mount = Command::new("mount").args(["-o", "remount,ro"]).arg(&self.0).output();
        assert!(mount.unwrap().status.success());
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        // A disk that stays is harmless.
        let _ = Command::new("umount").arg(&self.0).status();
    }
}
