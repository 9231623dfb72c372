// The page "Data": asks the API beside it, and shows what it says. No framework; the one library
// is Apache ECharts, for the plot.

import { ask, docsPath, find, grid, link, make, runLink } from "./dom.js";
import { tests } from "./tests.js";
import { FRESHNESS, changeWords, count, day, duration, hasFailed, lastLoad, many, named, rule, size, spans, testWords, total, utc, worst } from "./words.js";

const GROUPS = ["raw", "seeds", "staging", "marts"];
const RANGES = [["30", 30], ["90", 90], ["365", 365], ["all", null]];

let chosen = { name: decodeURIComponent(location.hash.slice(1)), loads: 90 };
let chart = null;
let asked = 0;

function complain(error) {
  const problem = find("#problem");
  problem.hidden = !error;
  problem.textContent = error ? error.message : "";
}

async function refresh() {
  try {
    const { tables, strays: without, now } = await ask("api/tables");
    complain(null);
    list(tables, without, now);
    strays(without);
    const wanted = tables.find((table) => [table.name, table.asset].includes(chosen.name));
    if (wanted) chosen.name = wanted.name;
    else {
      const marts = tables.filter((table) => table.group === "marts");
      const failed = tables.filter(hasFailed);
      chosen.name = (failed[0] || marts.find((table) => table.rows) || marts[0] || tables[0] || {}).name;
    }
    if (chosen.name) await choose(chosen.name);
  } catch (error) {
    complain(error);
    find("#summary").textContent = "";
  }
}

// The worst of what there is to say of how far a table has come.
function freshnessBadge(table) {
  if (!table.grain) return make("span", { class: "muted", text: "–" });
  let state = table.freshness || "none";
  const words = [table.newest ? named(table.newest, table.grain) : "none that has begun"];
  if (table.freshness) words.push(FRESHNESS[table.freshness]);
  if (table.missing.length) words.push(`${total(table.missing)} missing`);
  if (table.behind) words.push("behind");
  if (state !== "error" && (table.missing.length || table.behind)) state = "warn";
  return make("span", {
    class: `badge ${state}`,
    text: words.join(" · "),
    title: table.behind || rule(table.rule, table.grain),
  });
}

function rows(table) {
  if (!table.exists) return "not built";
  if (table.rows === null) return table.kind === "view" ? "view" : "–";
  return (table.is_estimate ? "≈ " : "") + count(table.rows);
}

function list(tables, without, now) {
  const stale = tables.filter((table) => ["warn", "error"].includes(table.freshness)).length;
  const gaps = tables.filter((table) => table.group === "raw" && table.missing.length).length;
  const behind = tables.filter((table) => table.behind).length;
  const red = tables.filter(hasFailed).length;
  const words = [
    many(tables.length, "table"),
    red ? `${red} with failed tests` : "no failed tests",
    stale ? `${stale} late or stale` : "none late",
  ];
  if (gaps) words.push(`${many(gaps, "source")} with missing periods`);
  if (behind) words.push(`${behind} behind raw`);
  if (without.length) words.push(`${without.length} without a model`);
  find("#summary").textContent = `${words.join(" · ")} · as of ${utc(now)}`;

  const shown = find("#tables");
  shown.querySelectorAll("tbody").forEach((body) => body.remove());
  const groups = [["failed tests", tables.filter(hasFailed)]];
  for (const group of GROUPS) {
    groups.push([group, tables.filter((table) => table.group === group && !hasFailed(table))]);
  }
  for (const [group, members] of groups) {
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
    { class: "table", "data-name": table.name, "data-asset": table.asset },
    make("th", { scope: "row" }, make("button", { class: "name", type: "button", text: table.name })),
    make("td", {
      class: "number",
      // On a phone, where the column has no head.
      "data-unit": /\d$/.test(rows(table)) ? " rows" : "",
      text: rows(table),
      title: table.is_estimate ? "PostgreSQL's estimate: the table is large" : "",
    }),
    make("td", { class: "number size", text: size(table.bytes) }),
    make("td", { class: "load", text: load ? utc(load.at) : "–", title: load ? lastLoad(load) : "" }),
    make("td", { class: "period" }, freshnessBadge(table)),
    make("td", { class: "outcome" }, make("span", { class: `badge ${worst(table.tests)}`, text: testWords(table) })),
    make("td", { class: "links" }, load ? runLink(load, "run") : "–"),
    make("td", { class: "links" }, link("docs", docsPath(table.docs))),
  );
  made.addEventListener("click", () => choose(table.name, true));
  return made;
}

function strays(list) {
  const shown = find("#strays");
  shown.hidden = !list.length;
  find("ul", shown).replaceChildren(
    ...list.map((stray) =>
      make(
        "li",
        {},
        make("strong", { text: stray.name }),
        ` (${stray.kind}, owner ${stray.owner}): ${strayWords(stray)}`,
        make("code", { text: stray.statement }),
      ),
    ),
  );
}

function strayWords(stray) {
  const why = stray.was_built
    ? "its model is gone, nothing builds or tests it any more."
    : "no model of this project makes it.";
  const users = stray.used_by.length ? ` ${stray.used_by.join(", ")} stands on it and has to go first.` : "";
  return `${why}${users} If nobody needs it:`;
}

async function choose(name, isAsked = false) {
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
    if (mine !== asked) return;
    detail(table);
    if (isAsked) reveal(find("#detail"));
  } catch (error) {
    complain(error);
  }
}

// Below a long list, and on a phone, what was asked for would be out of sight.
function reveal(shown) {
  if (shown.getBoundingClientRect().top < window.innerHeight / 2) return;
  const calm = window.matchMedia("(prefers-reduced-motion: reduce)").matches;
  shown.scrollIntoView({ behavior: calm ? "auto" : "smooth", block: "start" });
  shown.focus({ preventScroll: true });
}

// ---- one table

function detail(table) {
  const shown = find("#detail");
  shown.hidden = false;
  find("h2", shown).textContent = table.name;
  find(".description", shown).textContent = table.description;
  facts(table, find(".facts", shown));
  tests(table, find(".tests ul", shown));
  ranges(find(".ranges", shown));
  plot(table, find(".note", shown));
  faults(table, shown);
  changes(table, find(".changes", shown));
  loads(table, find(".loads div", shown));
}

function facts(table, shown) {
  const load = table.last_load;
  const entries = [
    ["Rows", make("span", { text: rows(table) })],
    ["Size", make("span", { text: size(table.bytes) })],
    ["Last load", load ? make("span", {}, runLink(load, utc(load.at)), ` (${lastLoad(load)})`) : "none yet"],
  ];
  if (table.reads.length) {
    const names = table.reads.flatMap((name, at) => [at ? ", " : "", own(name)]);
    entries.push(["Made from", make("span", {}, ...names)]);
  }
  entries.push(["Freshness", make("span", {}, freshnessBadge(table), ` ${freshnessWords(table)}`)]);
  if (table.accounts.length) {
    entries.push(["Accounts", make("span", {}, ...table.accounts.flatMap((one, at) => [at ? "; " : "", account(one)]))]);
  }
  if (table.missing.length) {
    entries.push(["Missing", `${spans(table.missing, table.grain)}: the schedule covers them and nothing has loaded them. Trigger → Backfill on the DAG's page does.`]);
  }
  if (table.skipped.length) {
    const why = table.asks_by_period
      ? "no schedule covered them, so they are no gap"
      : "each load brings all there is, so later ones made up for them";
    entries.push(["Not loaded", `${spans(table.skipped, table.grain)}: ${why}.`]);
  }
  if (table.behind) entries.push(["Behind", `${table.behind}. The next run builds it; so does dbt build.`]);
  entries.push(
    ["Documentation", link("dbt docs", docsPath(table.docs))],
    ["Asset", link(table.asset, `/assets?name_pattern=${encodeURIComponent(table.asset)}`)],
  );
  shown.replaceChildren(
    ...entries.map(([term, value]) => make("div", {}, make("dt", { text: term }), make("dd", {}, value))),
  );
}

function account({ name, is_declared, newest, grain, freshness, missing }) {
  if (!is_declared) return `${name}: no longer declared, its loads stay`;
  const words = newest ? [`newest ${grain} ${named(newest, grain)}`] : ["nothing loaded"];
  if (freshness && freshness !== "pass") words.push(freshness === "warn" ? "late" : "stale");
  if (missing.length) words.push(`missing ${spans(missing, grain)}`);
  return `${name}: ${words.join(", ")}`;
}

function freshnessWords(table) {
  if (!table.grain) return rule(table.rule, table.grain);
  const ended =
    table.newest === null
      ? ""
      : table.age === 0
        ? `Its newest ${table.grain} is under way. `
        : `Its newest ${table.grain} ended ${duration(table.age)} ago. `;
  return ended + rule(table.rule, table.grain);
}

function own(name) {
  const made = make("a", { text: name, href: `#${encodeURIComponent(name)}` });
  made.addEventListener("click", (event) => {
    event.preventDefault();
    choose(name, true);
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
    made.append(make("div", { text: `load number ${point.load_id}` }));
  }
  return made;
}

function faults({ faults: found, rejected_in: views }, shown) {
  const tell = (selector, head, reasons, records, words) => {
    if (!reasons.length) {
      const text = found.is_all ? "None." : "Not known: their table is being built anew.";
      find(selector, shown).replaceChildren(make("span", { class: "muted", text }));
      return;
    }
    const sum = found.is_all ? `${many(records, "record")} in all` : `Of the latest ${count(records)}; there are more`;
    find(selector, shown).replaceChildren(
      grid(
        [[head], ["Records", "number"], ["Last in the load of"]],
        reasons.map((one) => [one.reason, one.records, day(one.last_period)]),
      ),
      make("p", { class: "note", text: `${sum}. ${words} ${views.join(", ")}.` }),
    );
  };
  tell(".rejected div", "Reason", found.rejected, found.rejected_records, "They are in");
  tell(
    ".lost div",
    "Field and why it is null",
    found.lost,
    found.lossy_records,
    "All else that they have is in the tables; as they came, they are in",
  );
}

function changes({ field_changes: found }, shown) {
  shown.hidden = !found.length;
  find("ul", shown).replaceChildren(
    ...found.map((one) => {
      const account = one.account ? `, account ${one.account}` : "";
      const period = one.period ? `, of the period ${day(one.period)}` : "";
      return make(
        "li",
        {},
        make("strong", { text: changeWords(one) }),
        make("span", { class: "muted", text: ` in load ${one.load_id}${period}${account}` }),
        one.line ? make("code", { text: one.line, title: "For fields in the staging model" }) : null,
      );
    }),
  );
}

function loads(table, shown) {
  if (!table.loads.length) {
    shown.replaceChildren(make("span", { class: "muted", text: "None." }));
    return;
  }
  const accounts = table.loads.some((load) => load.account);
  shown.replaceChildren(
    grid(
      [["Period"], ...(accounts ? [["Account"]] : []), ["Records", "number"], ["Size"], ["Landed"], ["Load number", "number"], ["Run"]],
      table.loads.map((load) => [
        day(load.period),
        ...(accounts ? [load.account] : []),
        load.records,
        size(load.bytes),
        utc(load.at),
        load.load_id,
        runLink(load, load.run_id),
      ]),
    ),
  );
}

// ---- the page in Airflow's colours

function follow() {
  const set = (dark) => {
    document.documentElement.dataset.theme = dark ? "dark" : "light";
  };
  if (window.parent === window) {
    // By itself, the page is in the machine's colours.
    const dark = window.matchMedia("(prefers-color-scheme: dark)");
    set(dark.matches);
    dark.addEventListener("change", () => set(dark.matches));
    return;
  }
  const outside = window.parent.document.documentElement;
  const look = () => set(outside.classList.contains("dark") || outside.style.colorScheme === "dark");
  look();
  new MutationObserver(look).observe(outside, { attributes: true });
}

follow();
find(".back").addEventListener("click", (event) => {
  event.preventDefault();
  window.scrollTo({ top: 0 });
});
window.addEventListener("resize", () => chart && chart.resize());
find("#refresh").addEventListener("click", refresh);
refresh();
