//! A connection to the database that the test can cut, as a broken network does: nothing arrives and nothing is closed.

use std::{
    io::{Read, Write},
    net::Shutdown,
    os::unix::net::{UnixListener, UnixStream},
    path::PathBuf,
    sync::{Arc, Condvar, Mutex},
    thread,
};

use tempfile::TempDir;

/// PostgreSQL's name for its socket.
const SOCKET: &str = ".s.PGSQL.5432";

#[derive(Clone)]
pub struct Line {
    folder: Arc<TempDir>,
    is_cut: Arc<(Mutex<bool>, Condvar)>,
}

impl Line {
    /// A line to the server whose socket is in a folder.
    pub fn to(server: &str) -> Self {
        let line = Self {
            folder: Arc::new(tempfile::tempdir().unwrap()),
            is_cut: Arc::default(),
        };
        let listener = UnixListener::bind(line.folder.path().join(SOCKET)).unwrap();
        let (server, shared) = (PathBuf::from(server).join(SOCKET), line.clone());
        thread::spawn(move || {
            for near in listener.incoming().flatten() {
                // The server is down in some tests.
                let Ok(far) = UnixStream::connect(&server) else {
                    continue;
                };
                for (from, to) in [(&near, &far), (&far, &near)] {
                    let (from, to) = (from.try_clone().unwrap(), to.try_clone().unwrap());
                    let line = shared.clone();
                    thread::spawn(move || line.pass(from, to));
                }
            }
        });
        line
    }

    /// The folder of its socket.
    pub fn folder(&self) -> String {
        self.folder.path().display().to_string()
    }

    pub fn cut(&self, is_cut: bool) {
        *self.is_cut.0.lock().unwrap() = is_cut;
        self.is_cut.1.notify_all();
    }

    fn pass(&self, mut from: UnixStream, mut to: UnixStream) {
        let mut octets = vec![0; 1 << 16];
        while let Ok(count @ 1..) = from.read(&mut octets) {
            let (is_cut, changed) = &*self.is_cut;
            drop(changed.wait_while(is_cut.lock().unwrap(), |is_cut| *is_cut).unwrap());
            if to.write_all(&octets[..count]).is_err() {
                break;
            }
        }
        // The other side may be closed already.
        let _ = (from.shutdown(Shutdown::Both), to.shutdown(Shutdown::Both));
    }
}
