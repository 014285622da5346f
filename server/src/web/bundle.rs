//! Reads the list of the browser program's files, which `scripts/site` writes, once at start.

use std::path::Path;

use app::ui::Bundle;

/// The path in the folder of static files.
const FILE: &str = "pkg/bundle.json";

/// Reads the list in a folder of static files. Without one, the pages are served without the program, and only the
/// wizard needs it.
pub(super) fn read(site: &Path) -> Option<Bundle> {
    let file = site.join(FILE);
    let read = std::fs::read(&file).map_err(|error| error.to_string());
    match read.and_then(|bytes| serde_json::from_slice(&bytes).map_err(|error| error.to_string())) {
        Ok(bundle) => Some(bundle),
        Err(error) => {
            tracing::warn!(file = %file.display(), error, "no program for browsers: pages work without JavaScript only");
            None
        }
    }
}
