//! Shows the pages for the account's data: export, import of aliases, and deleting the account.

use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::use_query_map;

use super::{
    account::password::Confirm,
    form::{Declined, Field, Submit},
    loaded::{loaded, page},
    parts::TypedConfirmation,
    provider::Confirmed,
};
use crate::{
    api::{
        ApiError,
        account::{Viewer, current_viewer},
        data::{DeleteAccount, Import, ImportedLine, LineOutcome, imported},
        mailbox::{MailboxView, Protection, mailboxes},
        security::{ConfirmPassword, security},
    },
    texts::{shown, text},
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
        <Title text=text!(data.title)/>
        <h1>{text!(data.title)}</h1>
        {failed.then(|| view! { <p class="notice bad" role="alert">{text!(data.export.failed)}</p> })}
        {loaded(asked, move |security| view! { <Ways confirmed=asked_to_confirm.then_some(security.confirmed) confirm/> })}
    }
}

/// `confirmed` tells whether the password was entered, if an export just asked for it.
#[component]
fn Ways(confirmed: Option<bool>, confirm: ServerAction<ConfirmPassword>) -> impl IntoView {
    view! {
        {confirmed.map(|confirmed| match confirmed {
            true => view! { <p class="notice good" role="status">{text!(data.confirm.done)}</p> }.into_any(),
            false => view! {
                <section class="card" aria-labelledby="confirm">
                    <h2 id="confirm">{text!(data.confirm.title)}</h2>
                    <Declined action=confirm/>
                    <p>{text!(data.confirm.about)}</p>
                    <Confirm action=confirm id="export-password"/>
                </section>
            }
            .into_any(),
        })}
        <section class="card" aria-labelledby="export">
            <h2 id="export">{text!(data.export.title)}</h2>
            <p>{text!(data.export.about)}</p>
            <form method="post" action="/account/export" class="actions">
                <button type="submit" class="primary" name="form" value="json">{text!(data.export.json)}</button>
                <button type="submit" class="secondary" name="form" value="csv">{text!(data.export.csv)}</button>
            </form>
        </section>
        <section class="card" aria-labelledby="import">
            <h2 id="import">{text!(data.import.title)}</h2>
            <p>{text!(data.import.sources)}</p>
            <p><a class="button secondary" href="/account/import">{text!(data.import.title)}</a></p>
        </section>
        <section class="card danger" aria-labelledby="delete">
            <h2 id="delete">{text!(data.delete.title)}</h2>
            <p>{text!(data.delete.about)}</p>
            <p><a class="button danger" href="/account/delete">{text!(data.delete.open)}</a></p>
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
        <Title text=text!(data.import.title)/>
        <h1>{text!(data.import.title)}</h1>
        <p>{text!(data.import.about)}</p>
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
        return view! { <p>{shown!(data.import.unverified, <a> = <a href="/verify"/>)}</p> }.into_any();
    }
    view! {
        <form class="card" method="post" action="/account/import" enctype="multipart/form-data">
            <Field id="mailbox" label=text!(data.import.mailbox)>
                <select id="mailbox" name="mailbox">
                    {verified
                        .into_iter()
                        .map(|mailbox| view! { <option value=mailbox.id.to_string()>{mailbox.address.to_string()}</option> })
                        .collect_view()}
                </select>
            </Field>
            <Field id="file" label=text!(data.import.file) hint=text!(data.import.file_hint)>
                <input id="file" name="file" type="file" accept=".csv,text/csv" aria-describedby="file-hint"/>
            </Field>
            <Field id="text" label=text!(data.import.paste)>
                <textarea id="text" name="text" rows="4" spellcheck="false"></textarea>
            </Field>
            <button type="submit" class="primary">{text!(data.import.submit)}</button>
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
                ApiError::TooLong => text!(data.outcome.too_long).to_owned(),
                error => error.words(),
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
            <h2 id="outcome">{text!(data.outcome.title)}</h2>
            <p>{text!(data.outcome.counts, taken = taken, present = present, left = left)}</p>
            <table>
                <thead>
                    <tr>
                        <th scope="col">{text!(data.outcome.row)}</th>
                        <th scope="col">{text!(data.outcome.address_there)}</th>
                        <th scope="col">{text!(data.outcome.here)}</th>
                    </tr>
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
        LineOutcome::Present { address } => text!(data.outcome.present, address = address.to_string()).into_any(),
        LineOutcome::Deleted => text!(data.outcome.deleted).into_any(),
        LineOutcome::Declined(error) => error.words().into_any(),
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
        text!(data.delete.title),
        move |viewer| view! { <Deletion viewer delete/> },
    )
}

#[component]
fn Deletion(viewer: Viewer, delete: ServerAction<DeleteAccount>) -> impl IntoView {
    view! {
        <Title text=text!(data.delete.title)/>
        <section class="narrow">
            <h1>{text!(data.delete.title)}</h1>
            <p>{text!(data.delete.gone)}</p>
            <ul>
                <li>{text!(data.delete.aliases)}</li>
                <li>{text!(data.delete.mailboxes)}</li>
                <li>{text!(data.delete.rest)}</li>
            </ul>
            <p>{text!(data.delete.kept)}</p>
            <ActionForm action=delete>
                <Declined action=delete/>
                <TypedConfirmation id="confirmation" word=viewer.email.to_string()/>
                <Confirmed>
                    <Submit action=delete class="danger">{text!(data.delete.submit)}</Submit>
                </Confirmed>
            </ActionForm>
            <p><a href="/account/data">{text!(data.delete.keep)}</a></p>
        </section>
    }
}
