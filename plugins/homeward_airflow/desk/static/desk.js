// What every page of the desk does: times in the viewer's zone, posting, asking first, zoom, links into Airflow.
"use strict";

const ZONE = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "medium" });

for (const time of document.querySelectorAll("time[datetime]")) time.textContent = ZONE.format(new Date(time.dateTime));

// Filters: what is typed is the viewer's time, what is sent is UTC.
for (const form of document.querySelectorAll("form[data-times]")) {
  const times = form.querySelectorAll("input[type=datetime-local]");
  const local = (date) => new Date(date.getTime() - date.getTimezoneOffset() * 60000).toISOString().slice(0, 16);
  for (const input of times) {
    const given = input.getAttribute("value");
    if (given) input.value = local(new Date(/Z|[+-]\d\d:\d\d$/.test(given) ? given : given + "Z"));
  }
  form.addEventListener("formdata", (event) => {
    for (const input of times) {
      if (input.value) event.formData.set(input.name, new Date(input.value).toISOString().slice(0, 19) + "Z");
    }
    for (const [name, value] of [...event.formData.entries()]) if (value === "") event.formData.delete(name);
  });
}

const busy = document.getElementById("busy");
const working = (text) => {
  busy.textContent = text;
  busy.classList.toggle("on", Boolean(text));
};
window.addEventListener("pageshow", () => working(""));
for (const form of document.querySelectorAll("form[method=get]")) form.addEventListener("submit", () => working("Loading…"));
for (const link of document.querySelectorAll("a[href^='/homeward/desk/']"))
  link.addEventListener("click", (event) => {
    if (!event.ctrlKey && !event.metaKey && !event.shiftKey) working("Loading…");
  });

const said = document.getElementById("said");
const say = (text, good) => {
  said.textContent = text;
  said.className = good ? "good" : "bad";
  said.hidden = false;
};

// Frames in Airflow may not open dialogs of the browser, so questions are asked in one of ours.
const sure = (question) =>
  new Promise((resolve) => {
    if (!question) return resolve(true);
    const dialog = document.createElement("dialog");
    dialog.setAttribute("aria-label", "Are you sure?");
    const text = Object.assign(document.createElement("p"), { textContent: question });
    const form = Object.assign(document.createElement("form"), { method: "dialog", className: "actions" });
    for (const [value, label, kind] of [["yes", "Yes", "main"], ["no", "No", ""]])
      form.append(Object.assign(document.createElement("button"), { value, textContent: label, className: kind }));
    dialog.append(text, form);
    dialog.addEventListener("close", () => {
      dialog.remove();
      resolve(dialog.returnValue === "yes");
    });
    document.body.append(dialog);
    dialog.showModal();
  });

const post = async (path, body) => {
  working("Working…");
  try {
    const answer = await fetch(path, {
      method: "POST",
      headers: { "content-type": "application/json", "x-homeward-desk": "1" },
      body: JSON.stringify(body ?? {}),
    });
    const found = await answer.json().catch(() => ({}));
    const text = typeof found.detail === "string" ? found.detail : `${answer.status} ${answer.statusText}`;
    return { good: answer.ok, text: answer.ok ? found.message : text, found };
  } catch {
    return { good: false, text: "Airflow can't be reached; nothing was sent, or nobody knows. Load the page again.", found: {} };
  } finally {
    working("");
  }
};
window.homeward = { post, say, sure };

for (const button of document.querySelectorAll("button[data-post]"))
  button.addEventListener("click", async () => {
    const form = button.closest("form");
    if (form && !form.reportValidity()) return;
    if (!(await sure(button.dataset.sure))) return;
    button.disabled = true;
    const { good, text, found } = await post(button.dataset.post, form ? Object.fromEntries(new FormData(form)) : {});
    say(text, good && found.fine !== false); // done, and yet bad news: a log that isn't whole
    const lines = document.getElementById(button.dataset.lines ?? "");
    if (lines && found.lines) lines.textContent = found.lines.join("\n");
    if (!good || button.dataset.lines) button.disabled = false;
  });

for (const button of document.querySelectorAll("[data-back]")) button.addEventListener("click", () => history.back());

// The frame may not lead Airflow elsewhere by itself; a link of Airflow's own document may.
for (const link of document.querySelectorAll("a[data-airflow]"))
  link.addEventListener("click", (event) => {
    if (window.parent === window) return;
    event.preventDefault();
    const outer = window.parent.document.createElement("a");
    outer.href = link.getAttribute("href");
    if (!outer.getAttribute("href").startsWith("/")) Object.assign(outer, { target: "_blank", rel: "noreferrer" });
    window.parent.document.body.append(outer);
    outer.click();
    outer.remove();
  });

// Zoom: any picture in full, the wheel or the keys + and - for more.
for (const picture of document.querySelectorAll("img[data-zoom]")) {
  picture.tabIndex = 0;
  picture.setAttribute("role", "button");
  const open = () => {
    const dialog = document.createElement("dialog");
    dialog.className = "zoom";
    dialog.setAttribute("aria-label", picture.alt);
    const large = Object.assign(document.createElement("img"), { src: picture.src, alt: picture.alt });
    const close = Object.assign(document.createElement("button"), { textContent: "Close", className: "main" });
    let scale = 1;
    const zoom = (by) => {
      scale = Math.min(8, Math.max(1, scale * by));
      large.style.width = `${scale * 100}%`;
    };
    close.addEventListener("click", () => dialog.close());
    dialog.addEventListener("wheel", (event) => {
      event.preventDefault();
      zoom(event.deltaY < 0 ? 1.2 : 1 / 1.2);
    }, { passive: false });
    dialog.addEventListener("keydown", (event) => {
      event.stopPropagation();
      if (event.key === "+") zoom(1.25);
      if (event.key === "-") zoom(0.8);
    });
    dialog.addEventListener("close", () => {
      dialog.remove();
      picture.focus();
    });
    const view = Object.assign(document.createElement("div"), { className: "view" });
    view.append(large);
    dialog.append(view, close);
    document.body.append(dialog);
    dialog.showModal();
  };
  picture.addEventListener("click", open);
  picture.addEventListener("keydown", (event) => {
    if (event.key === "Enter" || event.key === " ") {
      event.preventDefault();
      open();
    }
  });
}
