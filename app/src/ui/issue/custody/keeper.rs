//! Runs the page's side of the key worker: starts it, sends one command at a time, and ends it with the last handle.

use futures::{
    StreamExt,
    channel::{
        mpsc::{UnboundedReceiver, UnboundedSender, unbounded},
        oneshot,
    },
};
use js_sys::Uint8Array;
use wasm_bindgen::{JsCast, JsValue, closure::Closure};
use wasm_bindgen_futures::JsFuture;
use web_sys::{ErrorEvent, MessageEvent, RequestInit, Worker, WorkerOptions, WorkerType};
use zeroize::Zeroizing;

use crate::custody::protocol::{Answer, Command, CustodyError, Event};

/// A command, and the receiver of its answer.
pub struct Ask {
    pub command: Command,
    pub reply: oneshot::Sender<Result<Answer, CustodyError>>,
}

/// Answers requests one after another until the last handle is dropped.
pub async fn keep(mut asks: UnboundedReceiver<Ask>) {
    let mut line = Line::open().await;
    while let Some(Ask { command, reply }) = asks.next().await {
        let answer = match &mut line {
            Ok(line) => line.ask(&command).await,
            Err(error) => Err(error.clone()),
        };
        if matches!(answer, Err(CustodyError::Broken)) {
            line = Err(CustodyError::Broken);
        }
        // The caller may have left the page.
        let _ = reply.send(answer);
    }
    if let Ok(line) = &mut line {
        // Wiped first, because terminating the worker only frees the memory with the key.
        let _ = line.ask(&Command::End).await;
    }
}

/// The worker and its answers. Dropping it terminates the worker.
struct Line {
    worker: Worker,
    answers: UnboundedReceiver<Result<JsValue, CustodyError>>,
    _on_message: Closure<dyn Fn(MessageEvent)>,
    _on_error: Closure<dyn Fn(ErrorEvent)>,
}

impl Line {
    async fn open() -> Result<Self, CustodyError> {
        let program = genuine_program().await.ok_or(CustodyError::Broken)?;
        let options = WorkerOptions::new();
        options.set_type(WorkerType::Module);
        let worker = Worker::new_with_options(&program, &options).map_err(|_| CustodyError::Broken)?;
        let (sender, answers) = unbounded();
        let on_message = on_message(sender.clone());
        let on_error: Closure<dyn Fn(ErrorEvent)> = Closure::new(move |_| {
            // The page may have dropped the receiver.
            let _ = sender.unbounded_send(Err(CustodyError::Broken));
        });
        worker.set_onmessage(Some(on_message.as_ref().unchecked_ref()));
        worker.set_onerror(Some(on_error.as_ref().unchecked_ref()));
        Ok(Self {
            worker,
            answers,
            _on_message: on_message,
            _on_error: on_error,
        })
    }

    async fn ask(&mut self, command: &Command) -> Result<Answer, CustodyError> {
        let json = Zeroizing::new(serde_json::to_string(command).map_err(|_| CustodyError::Broken)?);
        self.worker
            .post_message(&JsValue::from_str(&json))
            .map_err(|_| CustodyError::Broken)?;
        let answer = self.answers.next().await.ok_or(CustodyError::Broken)??;
        if let Some(file) = answer.dyn_ref::<Uint8Array>() {
            return Ok(Answer::Exported(file.to_vec()));
        }
        let event = answer.as_string().and_then(|json| serde_json::from_str(&json).ok());
        match event.ok_or(CustodyError::Broken)? {
            Event::Failed { error } => Err(error),
            event => Ok(Answer::Event(event)),
        }
    }
}

impl Drop for Line {
    fn drop(&mut self) {
        self.worker.terminate();
    }
}

/// Returns the URL of the worker's program if it is the one that the page names. A worker has no integrity attribute.
/// So this fetches the file with its integrity first, and the worker gets it from the browser's cache.
async fn genuine_program() -> Option<String> {
    let window = web_sys::window()?;
    let named = window.document()?.query_selector("meta[name=key-worker]").ok()??;
    let (path, integrity) = (named.get_attribute("content")?, named.get_attribute("data-integrity")?);
    let how = RequestInit::new();
    how.set_integrity(&integrity);
    JsFuture::from(window.fetch_with_str_and_init(&path, &how)).await.ok()?;
    Some(path)
}

fn on_message(sender: UnboundedSender<Result<JsValue, CustodyError>>) -> Closure<dyn Fn(MessageEvent)> {
    Closure::new(move |message: MessageEvent| {
        // The page may have dropped the receiver.
        let _ = sender.unbounded_send(Ok(message.data()));
    })
}
