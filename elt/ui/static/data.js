// The page "Data": asks the API beside it, and shows what it says. No framework; the one library
// is Apache ECharts, for the plot.

const GROUPS = ["raw", "seeds", "staging", "marts"];
const RANGES = [["30", 30], ["90", 90], ["365", 365], ["all", null]];
const FRESHNESS = { pass: "fresh", warn: "late", error: "stale" };
// Where Airflow is: this page is at <root>/elt/data.
const root = location.pathname.replace(/\/elt\/data$/, "");

const find = (selector, within = document) => within.querySelector(selector);
let chosen = { name: decodeURIComponent(location.hash.slice(1)), loads: 90 };
let chart = null;
let asked = 0;

function make(tag, { text, title, ...attributes } = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== undefined && value !== null) made.setAttribute(name, value);
  }
  if (text !== undefined) made.textContent = text;
  if (title) made.title = title;
  made.append(...children.filter((child) => child !== null));
  return made;
}

// ---- words

const count = (value) => (value === null ? "–" : value.toLocaleString("en"));
const utc = (text) => (text === null ? "–" : `${text.slice(0, 16).replace("T", " ")} UTC`);
const day = (text) => (text.slice(11, 19) === "00:00:00" ? text.slice(0, 10) : utc(text));

function size(bytes) {
  if (bytes === null) return "–";
  const units = ["B", "kB", "MB", "GB", "TB"];
  let unit = 0;
  while (bytes >= 1000 && unit < units.length - 1) {
    bytes /= 1000;
    unit += 1;
  }
  return `${unit && bytes < 10 ? bytes.toFixed(1) : Math.round(bytes)} ${units[unit]}`;
}

function duration(seconds) {
  // A unit is used from so many of it on: "50 h" says more than "2 d".
  for (const [unit, length, from] of [["d", 86400, 3], ["h", 3600, 2], ["min", 60, 1]]) {
    if (seconds >= from * length) return `${Math.floor(seconds / length)} ${unit}`;
  }
  return `${Math.floor(seconds)} s`;
}

function rule(limits) {
  if (!limits) return "the source declares no freshness rule";
  const parts = [];
  if (limits.warn_after !== null) parts.push(`late after ${duration(limits.warn_after)}`);
  if (limits.error_after !== null) parts.push(`stale after ${duration(limits.error_after)}`);
  return parts.join(", ");
}

// ---- links into Airflow, which this page is a frame of

function link(text, path, title) {
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

const runPath = (load) =>
  `/dags/${encodeURIComponent(load.dag_id)}/runs/${encodeURIComponent(load.run_id)}`;
const runLink = (load, text) => link(text, runPath(load), `${load.dag_id}: ${load.run_id}`);
const docsPath = (docs) => `/plugin/dbt-docs${root}/elt/docs/#!/${docs}`;

// ---- what the API answers

async function ask(path) {
  const answer = await fetch(path, { headers: { Accept: "application/json" } });
  if (answer.status === 401) throw new Error("Your login has ended: reload Airflow and log in.");
  const content = await answer.json().catch(() => ({}));
  if (!answer.ok) throw new Error(content.detail || `The server answered ${answer.status}.`);
  return content;
}

function complain(error) {
  const problem = find("#problem");
  problem.hidden = !error;
  problem.textContent = error ? error.message : "";
}

async function refresh() {
  try {
    const { tables, now } = await ask("api/tables");
    complain(null);
    list(tables, now);
    if (!tables.some((table) => table.name === chosen.name)) {
      const marts = tables.filter((table) => table.group === "marts");
      chosen.name = (marts.find((table) => table.rows) || marts[0] || tables[0] || {}).name;
    }
    if (chosen.name) await choose(chosen.name);
  } catch (error) {
    complain(error);
    find("#summary").textContent = "";
  }
}

function worst(tests) {
  return ["error", "fail", "warn", "skipped", "pass"].find((status) => tests[status]) || "none";
}

function testWords(table) {
  const ran = Object.values(table.tests).reduce((sum, one) => sum + one, 0);
  if (!ran) return table.untested ? `${table.untested} not run yet` : "none";
  const parts = Object.entries(table.tests).map(([status, number]) => `${number} ${status}`);
  if (table.untested) parts.push(`${table.untested} not run`);
  return parts.join(", ");
}

function freshnessBadge(table) {
  if (table.age === null) return make("span", { class: "muted", text: "–" });
  const words = table.freshness ? ` · ${FRESHNESS[table.freshness]}` : "";
  return make("span", {
    class: `badge ${table.freshness || "none"}`,
    text: duration(table.age) + words,
    title: rule(table.rule),
  });
}

function rows(table) {
  if (!table.exists) return "not built";
  if (table.kind === "view") return "view";
  if (table.rows === null) return "–";
  return (table.is_estimate ? "≈ " : "") + count(table.rows);
}

function list(tables, now) {
  const stale = tables.filter((table) => ["warn", "error"].includes(table.freshness)).length;
  const red = tables.filter((table) => ["error", "fail"].includes(worst(table.tests))).length;
  find("#summary").textContent =
    `${tables.length} tables · ${stale ? `${stale} late or stale` : "none late"} · ` +
    `${red ? `${red} with failed tests` : "no failed tests"} · as of ${utc(now)}`;

  const shown = find("#tables");
  shown.querySelectorAll("tbody").forEach((body) => body.remove());
  for (const group of GROUPS) {
    const members = tables.filter((table) => table.group === group);
    if (!members.length) continue;
    const heading = make("tr", {}, make("th", { colspan: 8, scope: "rowgroup", text: group }));
    shown.append(make("tbody", { class: "group" }, heading, ...members.map(row)));
  }
  shown.hidden = false;
}

function row(table) {
  const load = table.last_load;
  const made = make(
    "tr",
    { class: "table", "data-name": table.name },
    make("th", { scope: "row" }, make("button", { class: "name", type: "button", text: table.name })),
    make("td", {
      class: "number",
      text: rows(table),
      title: table.is_estimate ? "PostgreSQL's estimate: the table is large" : "",
    }),
    make("td", { class: "number", text: size(table.bytes) }),
    make("td", { text: load ? lastLoad(load) : "–", title: load ? utc(load.at) : "" }),
    make("td", {}, freshnessBadge(table)),
    make("td", {}, make("span", { class: `badge ${worst(table.tests)}`, text: testWords(table) })),
    make("td", {}, load ? runLink(load, "run") : "–"),
    make("td", {}, link("docs", docsPath(table.docs))),
  );
  made.addEventListener("click", () => choose(table.name));
  return made;
}

function lastLoad(load) {
  if (load.load_id === null) return utc(load.at);
  return `load ${load.load_id}${load.period ? ` of ${day(load.period)}` : ""}`;
}

async function choose(name) {
  chosen.name = name;
  history.replaceState(null, "", `#${encodeURIComponent(name)}`);
  find("#tables").querySelectorAll("tr.table").forEach((one) => {
    one.setAttribute("aria-selected", one.dataset.name === name);
  });
  const mine = (asked += 1);
  const query = chosen.loads ? `?loads=${chosen.loads}` : "";
  try {
    const table = await ask(`api/tables/${encodeURIComponent(name)}${query}`);
    // Somebody may have chosen another one meanwhile.
    if (mine === asked) detail(table);
  } catch (error) {
    complain(error);
  }
}

// ---- one table

function detail(table) {
  const shown = find("#detail");
  shown.hidden = false;
  find("h2", shown).textContent = table.name;
  find(".description", shown).textContent = table.description;
  facts(table, find(".facts", shown));
  ranges(find(".ranges", shown));
  plot(table, find(".note", shown));
  tests(table, find(".tests ul", shown));
  rejected(table, find(".rejected div", shown));
  loads(table, find(".loads div", shown));
}

function facts(table, shown) {
  const load = table.last_load;
  const entries = [
    ["Rows", make("span", { text: rows(table) })],
    ["Size", make("span", { text: size(table.bytes) })],
    ["Last load", load ? runLink(load, `${lastLoad(load)}, ${utc(load.at)}`) : "none yet"],
    ["Freshness", make("span", {}, freshnessBadge(table), ` ${rule(table.rule)}`)],
    ["Documentation", link("dbt docs", docsPath(table.docs))],
  ];
  if (table.reads.length) {
    const names = table.reads.flatMap((name, at) => [at ? ", " : "", own(name)]);
    entries.splice(4, 0, ["Made from", make("span", {}, ...names)]);
  }
  shown.replaceChildren(
    ...entries.map(([term, value]) => make("div", {}, make("dt", { text: term }), make("dd", {}, value))),
  );
}

function own(name) {
  const made = make("a", { text: name, href: `#${encodeURIComponent(name)}` });
  made.addEventListener("click", (event) => {
    event.preventDefault();
    choose(name);
  });
  return made;
}

function ranges(shown) {
  shown.replaceChildren(
    ...RANGES.map(([text, number]) => {
      const made = make("button", {
        type: "button",
        text,
        title: number ? `The last ${number} loads` : "All loads",
        "aria-pressed": chosen.loads === number,
      });
      made.addEventListener("click", () => {
        chosen.loads = number;
        choose(chosen.name);
      });
      return made;
    }),
  );
}

function plot(table, note) {
  const shown = find("#plot");
  if (chart) chart.dispose();
  chart = null;
  shown.replaceChildren();
  shown.dataset.points = table.plot.length;
  if (!table.plot.length) {
    note.textContent = table.rule || table.reads.length ? "No load yet." : "No load brings this table.";
    return;
  }
  if (!window.echarts) {
    note.textContent = "The plot library is missing: `make setup` in the clone fetches it.";
    return;
  }
  const styles = getComputedStyle(document.documentElement);
  const colour = (name) => styles.getPropertyValue(`--${name}`).trim();
  const sources = [...new Set(table.plot.map((point) => point.source))];
  const binned = table.plot.some((point) => point.loads > 1);
  const series = sources.map((source, at) => ({
    name: sources.length > 1 ? `records of ${source}` : "records",
    type: binned ? "line" : "bar",
    showSymbol: false,
    barMaxWidth: 24,
    color: at ? undefined : colour("brand"),
    data: table.plot
      .filter((point) => point.source === source)
      .map((point) => ({ value: [point.at, point.records], point })),
  }));
  chart = window.echarts.init(shown, null, { renderer: "svg" });
  chart.setOption({
    animation: false,
    useUTC: true,
    textStyle: { fontFamily: "inherit" },
    grid: { left: 8, right: 16, top: sources.length > 1 ? 32 : 12, bottom: 8, containLabel: true },
    legend: { show: sources.length > 1, left: 0, top: 0, textStyle: { color: colour("muted") } },
    tooltip: { trigger: "item", confine: true, formatter: tip },
    xAxis: {
      type: "time",
      axisLabel: {
        color: colour("muted"),
        hideOverlap: true,
        formatter: { year: "{yyyy}", month: "{MMM} {yyyy}", day: "{MMM} {d}", hour: "{HH}:{mm}" },
      },
    },
    yAxis: {
      type: "value",
      minInterval: 1,
      axisLabel: { color: colour("muted") },
      splitLine: { lineStyle: { color: colour("line") } },
    },
    series,
  });
  const number = table.plot.reduce((sum, point) => sum + point.loads, 0);
  note.textContent = binned
    ? `${count(number)} loads; each point is the mean of up to ${Math.max(...table.plot.map((p) => p.loads))}.`
    : `${count(number)} load${number === 1 ? "" : "s"}, by the start of the period they cover.`;
}

function tip({ seriesName, data }) {
  const { point, value } = data;
  const made = make("div", {}, make("div", { text: `${seriesName}: ${count(value[1])}` }));
  made.append(make("div", { text: point.loads > 1 ? `from ${day(point.at)}` : day(point.at) }));
  if (point.loads > 1) {
    made.append(make("div", { text: `${point.loads} loads of ${count(point.least)} to ${count(point.most)}` }));
  } else {
    made.append(make("div", { text: `load ${point.load_id}` }));
  }
  return made;
}

function tests(table, shown) {
  if (!table.tests.length) {
    shown.replaceChildren(make("li", { class: "muted", text: "This table has no tests." }));
    return;
  }
  shown.replaceChildren(
    ...table.tests.map((test) => {
      const last = test.history.at(-1);
      const status = last ? last.status : "none";
      const failures = last && last.failures ? `: ${count(last.failures)}` : "";
      return make(
        "li",
        {},
        make("span", { text: test.name }),
        make("span", { class: `badge ${status}`, text: last ? status + failures : "not run yet" }),
        make("span", { class: "history" }, ...test.history.map(square)),
      );
    }),
  );
}

function square(result) {
  const failures = result.failures ? ` (${count(result.failures)} rows)` : "";
  const made = link("", runPath(result), `${utc(result.at)}: ${result.status}${failures}`);
  made.className = result.status;
  made.setAttribute("aria-label", made.title);
  return made;
}

function grid(heads, body) {
  const cell = (tag, value) =>
    make(tag, { class: typeof value === "number" ? "number" : null }, typeof value === "number" ? count(value) : value);
  return make(
    "table",
    {},
    make("thead", {}, make("tr", {}, ...heads.map(([text, cls]) => make("th", { scope: "col", text, class: cls })))),
    make("tbody", {}, ...body.map((cells) => make("tr", {}, ...cells.map((value) => cell("td", value))))),
  );
}

function rejected(table, shown) {
  if (!table.rejected.length) {
    const words = table.rejected_is_all ? "None." : "Not known: their table is being built anew.";
    shown.replaceChildren(make("span", { class: "muted", text: words }));
    return;
  }
  const reasons = grid(
    [["Reason"], ["Records", "number"], ["Last in"]],
    table.rejected.map((one) => [one.reason, one.records, `load ${one.last_load_id} of ${day(one.last_period)}`]),
  );
  const total = table.rejected_is_all
    ? `${count(table.rejected_total)} in all.`
    : `Of the latest ${count(table.rejected_total)}; there are more.`;
  shown.replaceChildren(reasons, make("p", { class: "note", text: `${total} They are in ${table.rejected_in.join(", ")}.` }));
}

function loads(table, shown) {
  if (!table.loads.length) {
    shown.replaceChildren(make("span", { class: "muted", text: "None." }));
    return;
  }
  shown.replaceChildren(
    grid(
      [["Load", "number"], ["Period"], ["Records", "number"], ["Size"], ["Landed"], ["Run"]],
      table.loads.map((load) => [
        load.load_id,
        day(load.period),
        load.records,
        size(load.bytes),
        utc(load.at),
        runLink(load, load.run_id),
      ]),
    ),
  );
}

// ---- the page in Airflow's colours

function follow() {
  const outside = window.parent.document.documentElement;
  const look = () => {
    const dark = outside.classList.contains("dark") || outside.style.colorScheme === "dark";
    document.documentElement.dataset.theme = dark ? "dark" : "light";
  };
  look();
  new MutationObserver(look).observe(outside, { attributes: true });
}

follow();
window.addEventListener("resize", () => chart && chart.resize());
find("#refresh").addEventListener("click", refresh);
refresh();
