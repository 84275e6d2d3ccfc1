// Numbers as people read them: what Figures.cs does, so that a chart says what the tables say.

const prefixes = ['', 'k', 'M', 'G', 'T', 'P'];

function grouped(value) {
  return Math.round(value).toLocaleString('en-US');
}

function scaled(value, unit) {
  let prefix = 0;
  while (Math.abs(value) >= 999.5 && prefix < prefixes.length - 1) {
    value /= 1000;
    prefix++;
  }
  const size = Math.abs(value);
  const digits = prefix === 0 || size >= 99.95 ? 0 : size >= 9.995 ? 1 : 2;
  return `${value.toFixed(digits)} ${prefixes[prefix]}${unit}`;
}

function atMost(value, digits) {
  return String(Number(value.toFixed(digits)));
}

function seconds(value) {
  const size = Math.abs(value);
  if (value === 0) return '0 s';
  if (size < 1e-6) return `${atMost(value * 1e9, 3)} ns`;
  if (size < 1e-3) return `${atMost(value * 1e6, 3)} us`;
  if (size < 1) return `${atMost(value * 1e3, 3)} ms`;
  return size < 1e4 ? `${atMost(value, 2)} s` : `${grouped(value)} s`;
}

const writers = {
  ratio: (value) => value.toFixed(2),
  percent: (value) => `${(100 * value).toFixed(1)} %`,
  count: grouped,
  bytes: (value) => scaled(value, 'B'),
  rate: (value) => scaled(value, 'b/s'),
  seconds,
};

/** A number with its unit. */
export function figure(value, unit) {
  return value === null || value === undefined || Number.isNaN(value) ? '–' : writers[unit](value);
}

/** The same for an axis: no more digits than it takes. */
export function tick(value, unit) {
  switch (unit) {
    case 'ratio':
      return value >= 1000 ? grouped(value) : atMost(value, 4);
    case 'percent':
      return `${atMost(100 * value, 2)} %`;
    case 'bytes':
    case 'rate':
      return scaled(value, unit === 'bytes' ? 'B' : 'b/s').replace(/\.?0+ /, (zeros) => (zeros.includes('.') ? ' ' : zeros));
    default:
      return figure(value, unit);
  }
}
