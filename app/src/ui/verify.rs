//! Shows the page that verifies a mailbox with the mailed code.

use leptos::prelude::*;
use leptos_meta::Title;

use super::{
    form::{Declined, Submit},
    kept::{kept, successes},
    loaded::loaded,
};
use crate::{
    api::mailbox::{CodeMail, CorrectMailbox, MailboxView, Protection, ResendCode, VerifyMailbox, mailboxes},
    id::MailboxId,
    texts::{shown, text},
};

#[component]
pub(super) fn Verify() -> impl IntoView {
    let verify = ServerAction::<VerifyMailbox>::new();
    let resend = ServerAction::<ResendCode>::new();
    let correct = ServerAction::<CorrectMailbox>::new();
    let done = (successes(verify), successes(resend), successes(correct));
    let asked = Resource::new(move || (done.0.get(), done.1.get(), done.2.get()), |_| mailboxes());
    view! {
        <Title text=text!(sign_in.verify.title)/>
        <section class="narrow">
            <h1>{text!(sign_in.verify.title)}</h1>
            <Declined action=verify/>
            <Declined action=resend/>
            {loaded(asked, move |mailboxes| view! { <Waiting mailboxes verify resend correct/> })}
        </section>
    }
}

#[component]
fn Waiting(
    mailboxes: Vec<MailboxView>,
    verify: ServerAction<VerifyMailbox>,
    resend: ServerAction<ResendCode>,
    correct: ServerAction<CorrectMailbox>,
) -> impl IntoView {
    let waiting: Vec<_> = mailboxes
        .into_iter()
        .filter(|mailbox| mailbox.protection == Protection::Unverified)
        .collect();
    if waiting.is_empty() {
        return view! { <p>{shown!(sign_in.verify.all_verified, <a> = <a href="/relay"/>)}</p> }.into_any();
    }
    let codes = waiting
        .into_iter()
        .map(|mailbox| view! { <Code mailbox verify resend correct/> });
    codes.collect_view().into_any()
}

#[component]
fn Code(
    mailbox: MailboxView,
    verify: ServerAction<VerifyMailbox>,
    resend: ServerAction<ResendCode>,
    correct: ServerAction<CorrectMailbox>,
) -> impl IntoView {
    let number = mailbox.id;
    let id = format!("code-{number}");
    let address = mailbox.address.to_string();
    let label = text!(sign_in.verify.code_for, address = address.clone());
    let again = shown!(sign_in.verify.resend, <a> = move |children: ChildrenFn| view! {
        <Submit action=resend class="link">{children()}</Submit>
    });
    view! {
        <div class="card">
            <p>{text!(sign_in.verify.about, address = address.clone())}</p>
            <Way mailbox=number code=mailbox.code/>
            <ActionForm action=verify>
                <input type="hidden" name="mailbox" value=number.to_string()/>
                <div class="field">
                    <label for=id.clone()>{label}</label>
                    <input
                        id=id
                        class="code"
                        name="code"
                        autocomplete="one-time-code"
                        autocapitalize="none"
                        spellcheck="false"
                        maxlength="20"
                        placeholder="xxxx-xxxx-xxxx"
                        required
                    />
                </div>
                <Submit action=verify>{text!(sign_in.verify.submit)}</Submit>
            </ActionForm>
            <ActionForm action=resend>
                <input type="hidden" name="mailbox" value=number.to_string()/>
                <p class="aside">{again}</p>
            </ActionForm>
            <Correct mailbox=number address action=correct/>
        </div>
    }
}

/// Whether the mail with the code is delayed. `js/start.js` loads it again as long as that can change.
#[component]
fn Way(mailbox: MailboxId, code: Option<CodeMail>) -> impl IntoView {
    let again = matches!(code, Some(CodeMail::UnderWay | CodeMail::Delayed)).then_some("");
    let delayed =
        (code == Some(CodeMail::Delayed)).then(|| view! { <p class="notice warn">{text!(sign_in.verify.delayed)}</p> });
    view! { <div role="status" id=format!("way-{mailbox}") data-again=again>{delayed}</div> }
}

/// Corrects a mistyped address, so that nobody has to sign up again.
#[component]
fn Correct(mailbox: MailboxId, address: String, action: ServerAction<CorrectMailbox>) -> impl IntoView {
    let id = format!("address-{mailbox}");
    let typed = kept(action, "address").unwrap_or(address);
    view! {
        <details open=move || action.value().get().is_some()>
            <summary>{text!(sign_in.verify.wrong_address)}</summary>
            <ActionForm action=action>
                <Declined action=action/>
                <input type="hidden" name="mailbox" value=mailbox.to_string()/>
                <div class="field">
                    <label for=id.clone()>{text!(sign_in.verify.address)}</label>
                    <input
                        id=id.clone()
                        name="address"
                        type="email"
                        value=typed
                        autocomplete="email"
                        required
                        maxlength="254"
                        aria-describedby=format!("{id}-hint")
                    />
                    <p class="hint" id=format!("{id}-hint")>
                        {text!(sign_in.verify.address_hint)}
                    </p>
                </div>
                <Submit action=action class="secondary">{text!(sign_in.verify.correct)}</Submit>
            </ActionForm>
        </details>
    }
}
