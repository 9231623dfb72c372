// Elements, links into Airflow, and what the API beside the page says.

import { count } from "./words.js";

// Where Airflow is: this page is at <root>/elt/data.
export const root = location.pathname.replace(/\/elt\/data$/, "");

export const find = (selector, within = document) => within.querySelector(selector);

export function make(tag, { text, title, ...attributes } = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== undefined && value !== null) made.setAttribute(name, value);
  }
  if (text !== undefined) made.textContent = text;
  if (title) made.title = title;
  made.append(...children.filter((child) => child !== null));
  return made;
}

export function grid(heads, body) {
  const cell = (tag, value) =>
    make(tag, { class: typeof value === "number" ? "number" : null }, typeof value === "number" ? count(value) : value);
  return make(
    "table",
    {},
    make("thead", {}, make("tr", {}, ...heads.map(([text, cls]) => make("th", { scope: "col", text, class: cls })))),
    make("tbody", {}, ...body.map((cells) => make("tr", {}, ...cells.map((value) => cell("td", value))))),
  );
}

// ---- links into Airflow, which this page is a frame of

export function link(text, path, title) {
  const made = make("a", { text, title, href: root + path });
  made.addEventListener("click", (event) => {
    if (window.parent === window) return;
    // Airflow's sandbox lets a frame open nothing; its own document may.
    event.preventDefault();
    event.stopPropagation();
    const outside = window.parent.document.createElement("a");
    outside.href = made.href;
    if (event.ctrlKey || event.metaKey || event.shiftKey) outside.target = "_blank";
    window.parent.document.body.append(outside);
    outside.click();
    outside.remove();
  });
  return made;
}

export const runPath = (load) =>
  `/dags/${encodeURIComponent(load.dag_id)}/runs/${encodeURIComponent(load.run_id)}`;
export const runLink = (load, text) => link(text, runPath(load), `${load.dag_id}: ${load.run_id}`);
export const docsPath = (docs) => `/plugin/dbt-docs${root}/elt/docs/#!/${docs}`;
export const logPath = (result) => `${runPath(result)}/tasks/${encodeURIComponent(result.task_id)}`;

export async function ask(path) {
  const answer = await fetch(path, { headers: { Accept: "application/json" } });
  if (answer.status === 401) throw new Error("Your login has ended: reload Airflow and log in.");
  const content = await answer.json().catch(() => ({}));
  if (!answer.ok) throw new Error(content.detail || `The server answered ${answer.status}.`);
  return content;
}
