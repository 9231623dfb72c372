// What the page says in words: numbers, sizes, times, periods, outcomes.

export const FRESHNESS = { pass: "fresh", warn: "late", error: "stale" };
export const OUTCOMES = ["error", "fail", "warn", "skipped", "pass"];

export const count = (value) => (value === null ? "–" : value.toLocaleString("en"));
export const utc = (text) => (text === null ? "–" : `${text.slice(0, 16).replace("T", " ")} UTC`);
export const named = (text, grain) =>
  grain === "month" ? text.slice(0, 7) : grain === "hour" ? utc(text) : text.slice(0, 10);
export const many = (number, word) => `${count(number)} ${word}${number === 1 ? "" : "s"}`;
export const day = (text) => (text.slice(11, 19) === "00:00:00" ? text.slice(0, 10) : utc(text));

export function size(bytes) {
  if (bytes === null) return "–";
  const units = ["B", "kB", "MB", "GB", "TB"];
  let unit = 0;
  while (bytes >= 1000 && unit < units.length - 1) {
    bytes /= 1000;
    unit += 1;
  }
  return `${unit && bytes < 10 ? bytes.toFixed(1) : Math.round(bytes)} ${units[unit]}`;
}

export function duration(seconds) {
  // A unit is used from so many of it on: "50 h" says more than "2 d".
  for (const [unit, length, from] of [["d", 86400, 3], ["h", 3600, 2], ["min", 60, 1]]) {
    if (seconds >= from * length) return `${Math.floor(seconds / length)} ${unit}`;
  }
  return `${Math.floor(seconds)} s`;
}

export function hours(seconds) {
  const whole = Math.round(seconds / 3600);
  return seconds < 7200 ? `${Math.round(seconds / 60)} minutes` : `${whole} hours`;
}

export function rule(limits, grain) {
  if (!limits) return "The source declares no rule of freshness.";
  const parts = [];
  if (limits.warn_after !== null) parts.push(`late ${hours(limits.warn_after)}`);
  if (limits.error_after !== null) parts.push(`stale ${hours(limits.error_after)}`);
  return `It counts as ${parts.join(" and as ")} after its newest ${grain || "period"} has ended.`;
}

export function spans(list, grain) {
  const shown = list.slice(-5).map(({ first, last, periods }) =>
    periods === 1 ? named(first, grain) : `${named(first, grain)} to ${named(last, grain)}`,
  );
  return (list.length > 5 ? `${list.length - 5} times before, ` : "") + shown.join(", ");
}

export const total = (list) => list.reduce((sum, span) => sum + span.periods, 0);

export function worst(tests) {
  return OUTCOMES.find((status) => tests[status]) || "none";
}

export const hasFailed = (table) => ["error", "fail"].includes(worst(table.tests));

export function testWords(table) {
  const ran = Object.values(table.tests).reduce((sum, one) => sum + one, 0);
  if (!ran) return table.untested ? `${table.untested} not run yet` : "none";
  const parts = OUTCOMES.filter((status) => table.tests[status]).map((status) => `${table.tests[status]} ${status}`);
  if (table.untested) parts.push(`${table.untested} not run`);
  return parts.join(", ");
}

// Of a load of 25 November: "the load with number 3, of the period 2026-11-25".
export function lastLoad(load) {
  if (load.load_id === null) return "built beside the loads";
  return `number ${load.load_id}${load.period ? `, of the period ${day(load.period)}` : ", replaced since"}`;
}

// "field appeared: location.floor (number)"
export function changeWords({ path, change, former_type, type }) {
  if (change === "type changed") return `type of a field changed: ${path} (${former_type} → ${type})`;
  return `field ${change}: ${path} (${change === "disappeared" ? former_type : type})`;
}
