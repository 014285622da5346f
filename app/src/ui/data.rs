//! Shows the pages for the account's data: export, import of aliases, and deleting the account.

use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::use_query_map;

use super::{
    account::password::Confirm,
    form::{Declined, Field, PasswordField, Submit},
    loaded::{loaded, page},
    parts::TypedConfirmation,
};
use crate::api::{
    ApiError,
    account::{Viewer, current_viewer},
    data::{DeleteAccount, Import, ImportedLine, LineOutcome, imported},
    mailbox::{MailboxView, Protection, mailboxes},
    security::{ConfirmPassword, security},
};

/// `/account/data`: the export, and links to import and deletion.
#[component]
pub(super) fn Data() -> impl IntoView {
    let problem = use_query_map().with_untracked(|query| query.get("problem"));
    let confirm = ServerAction::<ConfirmPassword>::new();
    let asked = Resource::new(move || confirm.version().get(), |_| security());
    let failed = problem.as_deref() == Some("failed");
    let asked_to_confirm = problem.as_deref() == Some("confirm");
    view! {
        <Title text="Your data"/>
        <h1>"Your data"</h1>
        {failed.then(|| view! { <p class="notice bad" role="alert">"The export did not work. Please try again later."</p> })}
        {loaded(asked, move |security| view! { <Ways confirmed=asked_to_confirm.then_some(security.confirmed) confirm/> })}
    }
}

/// `confirmed` tells whether the password was entered, if an export just asked for it.
#[component]
fn Ways(confirmed: Option<bool>, confirm: ServerAction<ConfirmPassword>) -> impl IntoView {
    view! {
        {confirmed.map(|confirmed| match confirmed {
            true => view! { <p class="notice good" role="status">"Confirmed. Export now."</p> }.into_any(),
            false => view! {
                <section class="card" aria-labelledby="confirm">
                    <h2 id="confirm">"Is it you?"</h2>
                    <Declined action=confirm/>
                    <p>"Exporting takes your password. Enter it, then export again."</p>
                    <Confirm action=confirm id="export-password"/>
                </section>
            }
            .into_any(),
        })}
        <section class="card" aria-labelledby="export">
            <h2 id="export">"Export"</h2>
            <p>
                "Everything that this relay keeps of you: mailboxes, profiles, aliases with notes, contacts and activity, API keys \
                 by name, sessions. No password and no private key is in it. Messages are not kept here at all."
            </p>
            <form method="post" action="/account/export" class="actions">
                <button type="submit" class="primary" name="form" value="json">"Export everything (JSON)"</button>
                <button type="submit" class="secondary" name="form" value="csv">"Export aliases (CSV)"</button>
            </form>
        </section>
        <section class="card" aria-labelledby="import">
            <h2 id="import">"Import aliases"</h2>
            <p>"From SimpleLogin, addy.io or another Sealpost."</p>
            <p><a class="button secondary" href="/account/import">"Import aliases"</a></p>
        </section>
        <section class="card danger" aria-labelledby="delete">
            <h2 id="delete">"Delete the account"</h2>
            <p>"Deletes everything that the export holds, and all keys. It cannot be undone."</p>
            <p><a class="button danger" href="/account/delete">"Delete the account…"</a></p>
        </section>
    }
}

/// `/account/import`: the form, and then the outcome of every line.
#[component]
pub(super) fn ImportAliases() -> impl IntoView {
    let asked = Resource::new(
        || (),
        |()| async {
            let (mailboxes, imported) = (mailboxes().await?, imported().await?);
            Ok((mailboxes, imported))
        },
    );
    view! {
        <Title text="Import aliases"/>
        <h1>"Import aliases"</h1>
        <p>
            "Bring the CSV file that SimpleLogin (Settings → Export aliases) or addy.io (Settings → Export data) gives you. The part \
             before the @ is kept where it is free here; the part after it is kept where it is a domain of this relay, and becomes \
             the main one where it is not. Names, notes and whether an alias is off come along. You can import the \
             same file again: what is there stays as it is."
        </p>
        {loaded(asked, |(mailboxes, imported)| view! {
            {imported.map(|import| view! { <Outcome import/> })}
            <Form mailboxes/>
        })}
    }
}

#[component]
fn Form(mailboxes: Vec<MailboxView>) -> impl IntoView {
    let verified: Vec<_> = mailboxes
        .into_iter()
        .filter(|mailbox| mailbox.protection != Protection::Unverified)
        .collect();
    if verified.is_empty() {
        return view! { <p>"Imported aliases need a verified mailbox. " <a href="/verify">"Verify your mailbox"</a></p> }
            .into_any();
    }
    view! {
        <form class="card" method="post" action="/account/import" enctype="multipart/form-data">
            <Field id="mailbox" label="Mail to these aliases goes to">
                <select id="mailbox" name="mailbox">
                    {verified
                        .into_iter()
                        .map(|mailbox| view! { <option value=mailbox.id.to_string()>{mailbox.address.to_string()}</option> })
                        .collect_view()}
                </select>
            </Field>
            <Field id="file" label="CSV file" hint="At most 8 MB and 10,000 lines.">
                <input id="file" name="file" type="file" accept=".csv,text/csv" aria-describedby="file-hint"/>
            </Field>
            <Field id="text" label="Or paste it here">
                <textarea id="text" name="text" rows="4" spellcheck="false"></textarea>
            </Field>
            <button type="submit" class="primary">"Import"</button>
        </form>
    }
    .into_any()
}

#[component]
fn Outcome(import: Import) -> impl IntoView {
    let lines = match import {
        Ok(lines) => lines,
        Err(error) => {
            let reason = match error {
                ApiError::TooLong => "This is too long. A file has at most 8 MB and 10,000 lines.".to_owned(),
                error => error.to_string(),
            };
            return view! { <p class="notice bad" role="alert">{reason}</p> }.into_any();
        }
    };
    let count = |wanted: fn(&LineOutcome) -> bool| lines.iter().filter(|line| wanted(&line.outcome)).count();
    let taken = count(|outcome| matches!(outcome, LineOutcome::Taken { .. }));
    let present = count(|outcome| matches!(outcome, LineOutcome::Present { .. }));
    let left = lines.len() - taken - present;
    view! {
        <section class="card" aria-labelledby="outcome" role="status">
            <h2 id="outcome">"What became of it"</h2>
            <p>{format!("{taken} taken, {present} there already, {left} left out.")}</p>
            <table>
                <thead>
                    <tr><th scope="col">"Row"</th><th scope="col">"Address there"</th><th scope="col">"Here"</th></tr>
                </thead>
                <tbody>{lines.into_iter().map(|line| view! { <Line line/> }).collect_view()}</tbody>
            </table>
        </section>
    }
    .into_any()
}

#[component]
fn Line(line: ImportedLine) -> impl IntoView {
    let here = match line.outcome {
        LineOutcome::Taken { alias, address } => {
            view! { <a href=format!("/aliases/{alias}")>{address.to_string()}</a> }.into_any()
        }
        LineOutcome::Present { address } => format!("{address}, which was there").into_any(),
        LineOutcome::Deleted => "Left out: it was deleted there.".into_any(),
        LineOutcome::Declined(error) => error.to_string().into_any(),
    };
    view! { <tr><td>{line.number}</td><td>{line.address}</td><td>{here}</td></tr> }
}

/// `/account/delete`: the consequences, and the form.
#[component]
pub(super) fn DeleteAccountPage() -> impl IntoView {
    let delete = ServerAction::<DeleteAccount>::new();
    let asked = Resource::new(|| (), |()| async { current_viewer().await?.ok_or(ApiError::SignedOut) });
    page(
        asked,
        "Delete the account",
        move |viewer| view! { <Deletion viewer delete/> },
    )
}

#[component]
fn Deletion(viewer: Viewer, delete: ServerAction<DeleteAccount>) -> impl IntoView {
    view! {
        <Title text="Delete the account"/>
        <section class="narrow">
            <h1>"Delete the account"</h1>
            <p>"Gone at once, and for good:"</p>
            <ul>
                <li>"all of your aliases: mail to them is refused from then on, and nobody, you included, can ever take them again"</li>
                <li>"your mailboxes, profiles and all keys: answers to older mail can no longer be sent on"</li>
                <li>"contacts, activity, sessions, API keys"</li>
            </ul>
            <p>
                "What was accepted before and still waits is handed over; your mail stays where it is, and your own key opens it as \
                 before. Of your aliases this relay keeps the bare part before the @, so that nobody can inherit your mail."
            </p>
            <ActionForm action=delete>
                <Declined action=delete/>
                <TypedConfirmation id="confirmation" word=viewer.email.to_string()/>
                <PasswordField/>
                <Submit action=delete class="danger">"Delete everything"</Submit>
            </ActionForm>
            <p><a href="/account/data">"Keep the account"</a></p>
        </section>
    }
}
