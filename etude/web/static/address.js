// The address after the #: what the page writes there, key by key; etude/playground/address.py reads it.

/** @param {string} text @returns {Map<string, string>} */
export function parse(text) {
  return new Map(new URLSearchParams(text.replace(/^#/, "")));
}

/** @param {Map<string, string>} values @returns {string} */
export function write(values) {
  return [...values].map(([key, value]) => `${key}=${encodeURIComponent(value).replaceAll("%2C", ",").replaceAll("%3B", ";")}`).join("&");
}

/** @param {string} text @param {Record<string, string>} changes @returns {string} */
export function changed(text, changes) {
  const values = parse(text);
  for (const [key, value] of Object.entries(changes)) values.set(key, value);
  return write(values);
}
