//! Folders as sites: served on loopback, under an address that is the same in every run.

use std::io;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use url::Url;

use crate::serve::{Server, files};
use crate::site::Site;

/// A folder that is being served until this is dropped.
#[derive(Debug)]
pub struct Folder {
    /// Its path on disk.
    pub path: PathBuf,
    /// The site that it is served as.
    pub site: Site,
    host: String,
    server: Server,
}

impl Folder {
    /// Starts serving a folder, as `http://NAME-NUMBER.localhost/`; the number is a hash of the whole path.
    ///
    /// # Errors
    /// When there is no such folder or no free port.
    pub async fn serve(path: &Path) -> io::Result<Self> {
        let path = path.canonicalize()?;
        let host = host(&path);
        let url = Url::parse(&format!("http://{host}/")).map_err(io::Error::other)?;
        let site = Site::of(&url).ok_or(io::ErrorKind::InvalidInput)?;
        Ok(Self { server: Server::start(files(&path)?).await?, path, site, host })
    }

    /// Returns the address of the folder's host, for the client.
    ///
    /// # Errors
    /// Never, as long as the server listens on an IP address.
    pub fn name(&self) -> io::Result<(String, SocketAddr)> {
        let addresses = self.server.url().socket_addrs(|| None)?;
        let address = addresses.into_iter().next().ok_or(io::ErrorKind::AddrNotAvailable)?;
        Ok((self.host.clone(), address))
    }
}

/// Makes a host name of a path: `.localhost` never leaves the machine (RFC 6761).
pub(crate) fn host(path: &Path) -> String {
    let name = path.file_name().map(|name| name.to_string_lossy().to_ascii_lowercase()).unwrap_or_default();
    let name: String = name.chars().filter(char::is_ascii_alphanumeric).take(30).collect();
    let name = if name.is_empty() { "folder" } else { name.as_str() };
    format!("{name}-{:08x}.localhost", hash(path.as_os_str().as_encoded_bytes()))
}

/// FNV-1a: the same in every release of Rust, unlike the standard library's hash.
fn hash(bytes: &[u8]) -> u32 {
    bytes.iter().fold(0x811c_9dc5, |hash, byte| (hash ^ u32::from(*byte)).wrapping_mul(0x0100_0193))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_has_one_host_for_ever() {
        assert_eq!(host(Path::new("/srv/My docs")), "mydocs-90f49735.localhost");
        assert_ne!(host(Path::new("/a/doc")), host(Path::new("/b/doc")));
        assert!(host(Path::new("/")).starts_with("folder-"));
    }
}
