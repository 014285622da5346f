//! Generates the OpenAPI 3.1 description of the API from the code of its calls.

use axum::{Json, extract::State};
use utoipa::{
    Modify, OpenApi,
    openapi::{
        Server,
        security::{ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityScheme},
    },
};

use super::{super::Site, account, aliases, simple_login};

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Sealpost",
        description = "Takes and manages aliases. A key is made under Account, API keys. Calls are those of addy.io and \
                       SimpleLogin, so their clients work when they are told this server's address."
    ),
    paths(
        aliases::list,
        aliases::create,
        aliases::read,
        aliases::change,
        aliases::remove,
        aliases::activate,
        aliases::deactivate,
        aliases::domain_options,
        account::key_details,
        account::details,
        account::recipients,
        simple_login::random
    ),
    modifiers(&Schemes)
)]
struct Description;

struct Schemes;

impl Modify for Schemes {
    fn modify(&self, description: &mut utoipa::openapi::OpenApi) {
        let bearer = HttpBuilder::new().scheme(HttpAuthScheme::Bearer).build();
        let field = ApiKeyValue::new("Authentication");
        let components = description.components.get_or_insert_default();
        components.add_security_scheme("key", SecurityScheme::Http(bearer));
        components.add_security_scheme("authentication", SecurityScheme::ApiKey(ApiKey::Header(field)));
    }
}

/// Serves `GET /api/openapi.json` to everybody, because it says nothing about anybody.
pub(super) async fn description(State(site): State<Site>) -> Json<utoipa::openapi::OpenApi> {
    let mut description = Description::openapi();
    description.servers = Some(vec![Server::new(site.public_url.to_string())]);
    Json(description)
}
