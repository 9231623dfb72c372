// The tests of a table: outcome, history, and of those that did not pass SQL, rows and log.

import { ask, grid, link, logPath, make, runPath } from "./dom.js";
import { count, many, utc } from "./words.js";

export function tests(table, shown) {
  if (!table.tests.length) {
    shown.replaceChildren(make("li", { class: "muted", text: "This table has no tests." }));
    return;
  }
  const bad = ["error", "fail", "warn"];
  const place = (test) => {
    const at = bad.indexOf(test.history.at(-1)?.status);
    return at < 0 ? bad.length : at;
  };
  const sorted = [...table.tests].sort((one, other) => place(one) - place(other));
  shown.replaceChildren(...sorted.map((test) => oneTest(table, test)));
}

function oneTest(table, test) {
  const last = test.history.at(-1);
  const status = last ? last.status : "none";
  const failures = last && last.failures ? `: ${many(last.failures, "row")}` : "";
  const made = make(
    "li",
    { "data-test": test.node },
    make("span", { class: "test", text: test.name, title: test.node }),
    make("span", { class: `badge ${status}`, text: last ? status + failures : "not run yet" }),
    make("span", { class: "history" }, ...test.history.map(square)),
  );
  if (!last || last.status === "pass") return made;
  const about = make("div", { class: "failing", hidden: "" });
  const opener = make("button", { type: "button", text: "SQL and rows", "aria-expanded": "false" });
  opener.addEventListener("click", () => {
    about.hidden = !about.hidden;
    opener.setAttribute("aria-expanded", String(!about.hidden));
    if (!about.hidden) failing(table, test, about);
  });
  made.append(make("span", { class: "more" }, opener, link("log", logPath(last), `The log of ${last.task_id}`)), about);
  return made;
}


async function failing(table, test, shown) {
  shown.replaceChildren(make("p", { class: "note", text: "Asking the warehouse…" }));
  try {
    const found = await ask(
      `api/tables/${encodeURIComponent(table.name)}/tests/${encodeURIComponent(test.node)}`,
    );
    const parts = [];
    if (found.sql) {
      parts.push(make("p", { class: "note", text: `As dbt ran it, ${utc(found.recorded_at)}:` }));
      parts.push(make("pre", {}, make("code", { text: found.sql.trim() })));
    }
    if (found.rows.length) {
      const number = found.is_all ? many(found.rows.length, "row") : `The first ${found.rows.length} rows`;
      const masked = found.masked.length ? ` Masked as declared: ${found.masked.join(", ")}.` : "";
      parts.push(make("p", { class: "note", text: `${number} that it finds now.${masked}` }));
      const heads = found.columns.map((name) => [name]);
      const cells = found.rows.map((values) => values.map((value) => value ?? nothing()));
      parts.push(make("div", { class: "wide" }, grid(heads, cells)));
    }
    if (found.note) parts.push(make("p", { class: "note", text: found.note }));
    shown.replaceChildren(...parts);
  } catch (error) {
    shown.replaceChildren(make("p", { class: "note", text: error.message }));
  }
}

const nothing = () => make("em", { class: "muted", text: "null" });

function square(result) {
  const failures = result.failures ? ` (${count(result.failures)} rows)` : "";
  const made = link("", runPath(result), `${utc(result.at)}: ${result.status}${failures}`);
  made.className = result.status;
  made.setAttribute("aria-label", made.title);
  return made;
}
