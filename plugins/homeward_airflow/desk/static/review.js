// One review: photos with the arrow keys, the answer with C, R and I.
"use strict";

const photos = [...document.querySelectorAll("[data-photo]")];
const large = document.getElementById("photo");
const choose = (button) => {
  for (const other of photos) other.setAttribute("aria-pressed", String(other === button));
  large.src = button.dataset.photo;
  large.alt = `Photo of the case ${button.dataset.case}`;
  document.getElementById("photo-case").textContent = button.dataset.case;
  document.getElementById("photo-says").textContent = button.dataset.says;
};
for (const button of photos) button.addEventListener("click", () => choose(button));
const step = (by) => {
  const current = photos.findIndex((button) => button.getAttribute("aria-pressed") === "true");
  if (photos.length) choose(photos[(current + by + photos.length) % photos.length]);
};

const form = document.getElementById("answer");
const answers = [...(form?.querySelectorAll("[data-verdict]") ?? [])];
let sending = false;
const answer = async (button) => {
  if (sending || button.disabled) return;
  sending = true;
  if (await window.homeward.sure(button.dataset.sure)) {
    for (const one of answers) one.disabled = true;
    const sent = await window.homeward.post(form.dataset.path, { verdict: button.dataset.verdict, note: form.note.value });
    window.homeward.say(sent.text, sent.good);
    form.classList.toggle("answered", sent.good);
    (document.getElementById("following") ?? document.getElementById("queue")).focus();
  }
  sending = false;
};
for (const button of answers) button.addEventListener("click", () => answer(button));

const keys = {
  c: () => answers[0] && answer(answers[0]),
  r: () => answers[1] && answer(answers[1]),
  i: () => answers[2] && answer(answers[2]),
  n: () => form?.note.focus(),
  q: () => document.getElementById("queue").click(),
  g: () => document.getElementById("following")?.click(),
  arrowleft: () => step(-1),
  arrowright: () => step(1),
};
document.addEventListener("keydown", (event) => {
  const typing = event.target.matches("input, textarea, select");
  if (event.key === "Escape" && typing) event.target.blur();
  if (typing || event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]")) return;
  const act = keys[event.key.toLowerCase()];
  if (act) {
    event.preventDefault();
    act();
  }
});
