//! Reads the list of the browser program's files, which `scripts/site` writes. It is read once, at start.

use std::path::Path;

use app::ui::Bundle;

/// In the folder of static files.
const FILE: &str = "pkg/bundle.json";

/// The program in a folder of static files. Without one the pages are served all the same: all but the wizard do without.
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
