// What the charting library is told to draw, from a chart of the report.

import { element, svg } from './dom.js';
import { figure, tick } from './figures.js';
import { heatOf } from './heat.js';
import { colour } from './theme.js';

const colourCount = 8;
const dashes = ['solid', [6, 3], [2, 2]];
const symbols = ['circle', 'diamond', 'triangle', 'rect'];
const font = '12px system-ui, sans-serif';
const tooltipRowsMax = 12;
const nameWidthMax = 240;
const labelHeight = 15;
const labelWidth = 160;

const isLined = (kind) => kind === 'line' || kind === 'step' || kind === 'area';
const round = (index) => Math.floor(index / colourCount);
const colourOf = ({ colour: index }) => colour(index < 0 ? 'series-none' : `series-${index % colourCount}`);
const dashOf = ({ colour: index }) => dashes[index < 0 ? 0 : round(index) % dashes.length];
const symbolOf = ({ colour: index }) => symbols[index < 0 ? 3 : round(index) % symbols.length];

/** How a mark is called on the chart and below it: A, B … Z, 27, 28 … */
export function markName(index) {
  return index < 26 ? String.fromCharCode(65 + index) : String(index + 1);
}

/** A sample of how a series looks, whose colour follows the theme. */
export function swatchOf(series) {
  const name = series.colour < 0 ? 'none' : series.colour % colourCount;
  const dash = dashOf(series);
  const mark = isLined(series.kind) && series.kind !== 'area'
    ? svg('line', { x1: 0, y1: 6, x2: 24, y2: 6, class: `stroke-${name}`, 'stroke-width': 3, 'stroke-dasharray': dash === 'solid' ? null : dash.join(' ') })
    : svg('rect', { x: 6, y: 0, width: 12, height: 12, rx: 2, class: `fill-${name}` });
  return svg('svg', { viewBox: '0 0 24 12', width: 24, height: 12, 'aria-hidden': 'true' }, mark);
}

function axisOf(axis, place) {
  const common = {
    name: axis.name,
    nameTextStyle: { color: colour('muted'), font },
    axisLabel: { color: colour('muted'), fontSize: 11, hideOverlap: true },
    axisLine: { show: place.isAcross, lineStyle: { color: colour('border-strong') } },
    axisTick: { show: place.isAcross && !axis.categories, lineStyle: { color: colour('border-strong') } },
    splitLine: { show: !axis.categories, lineStyle: { color: colour('border') } },
  };
  if (place.isAcross) Object.assign(common, { nameLocation: 'middle', nameGap: 26 });
  else Object.assign(common, { nameLocation: 'end', nameGap: 12, nameTextStyle: { ...common.nameTextStyle, align: 'left', padding: [0, 0, 0, place.nameIndent] } });
  if (place.isSmall) common.name = '';
  if (axis.categories) {
    const width = Math.min(nameWidthMax, place.width * 0.4);
    return {
      ...common,
      type: 'category',
      data: axis.categories,
      inverse: !place.isAcross,
      name: place.isAcross ? common.name : '',
      axisLabel: place.isAcross ? common.axisLabel : { ...common.axisLabel, color: colour('text'), width, overflow: 'truncate', interval: 0, hideOverlap: false },
    };
  }
  const max = axis.max ?? (place.isAcross ? undefined : place.top);
  return {
    ...common,
    type: axis.isLog ? 'log' : 'value',
    min: axis.min ?? undefined,
    max,
    interval: !place.isAcross && !axis.isLog && max ? max / (place.isSmall ? 2 : 4) : undefined,
    splitNumber: place.isSmall || place.width < 480 ? 3 : 5,
    minorSplitLine: { show: false },
    axisLabel: { ...common.axisLabel, formatter: (value) => tick(value, axis.unit) },
  };
}

function zip(series) {
  return series.x.map((x, i) => (series.z ? [x, series.y[i], series.z[i]] : [x, series.y[i]]));
}

/** A line with two ends, for each category: an interval of confidence, or from one percentile to another. */
function rangeOf(series, spec) {
  const isDown = Boolean(spec.y.categories);
  const stroke = colour(series.colour < 0 ? 'text' : `series-${series.colour % colourCount}`);
  const half = series.name ? 0 : 5;
  return {
    type: 'custom',
    name: series.name,
    silent: true,
    z: 5,
    data: zip(series),
    encode: isDown ? { x: [0, 2], y: 1 } : { x: 0, y: [1, 2] },
    renderItem: (_, api) => {
      const [x, y, z] = [api.value(0), api.value(1), api.value(2)];
      const a = api.coord([x, y]);
      const b = api.coord(isDown ? [z, y] : [x, z]);
      const line = (x1, y1, x2, y2) => ({ type: 'line', shape: { x1, y1, x2, y2 }, style: { stroke, lineWidth: half ? 1.5 : 3, opacity: half ? 1 : 0.55 } });
      const caps = isDown
        ? [line(a[0], a[1] - half, a[0], a[1] + half), line(b[0], b[1] - half, b[0], b[1] + half)]
        : [line(a[0] - half, a[1], a[0] + half, a[1]), line(b[0] - half, b[1], b[0] + half, b[1])];
      return { type: 'group', children: [line(a[0], a[1], b[0], b[1]), ...(half ? caps : [])] };
    },
  };
}

/** Which points have room for a name: one that would stand on another's is left to the tooltip and the table. */
function namedPoints(series, spec, place) {
  const [width, height] = [place.width * 0.85, place.height * 0.8];
  const [xMost, yMost] = [Math.max(...series.x, 1e-12), Math.max(...series.y, 1e-12)];
  const taken = [];
  return series.x.map((x, i) => {
    const [left, top] = [(x / xMost) * width, (series.y[i] / yMost) * height];
    const isFree = !taken.some((other) => Math.abs(other.top - top) < labelHeight && Math.abs(other.left - left) < labelWidth);
    if (isFree) taken.push({ left, top });
    return isFree;
  });
}

function scatterOf(series, spec, place) {
  const isNamed = series.labels ? namedPoints(series, spec, place) : [];
  const xs = series.x.filter((x) => x !== null);
  const most = Math.max(...xs);
  const middle = spec.x.isLog ? Math.sqrt(Math.max(most, 1e-12) * Math.max(Math.min(...xs), 1e-12)) : most / 2;
  return {
    type: 'scatter',
    name: series.name,
    symbol: symbolOf(series),
    symbolSize: place.isSmall ? 6 : 10,
    itemStyle: { color: colourOf(series), borderColor: colour('surface'), borderWidth: 1 },
    labelLayout: { hideOverlap: true },
    z: 6,
    data: series.x.map((x, i) => ({
      value: [x, series.y[i]],
      name: series.labels?.[i],
      label: {
        show: Boolean(isNamed[i]),
        formatter: '{b}',
        position: x > middle ? 'left' : 'right',
        color: colour('text'),
        fontSize: 11,
        width: Math.max(90, place.width * 0.4),
        overflow: 'truncate',
      },
    })),
  };
}

/** Areas on top of each other, the topmost first, so that each covers what is below the one before. Points keep their own value. */
function areasOf(areas) {
  const sums = [];
  return areas.map((series) => {
    const paint = colourOf(series);
    series.y.forEach((y, i) => { sums[i] = (sums[i] ?? 0) + (y ?? 0); });
    return {
      type: 'line',
      name: series.name,
      showSymbol: series.x.length < 3,
      symbol: symbolOf(series),
      areaStyle: { color: paint, opacity: 1, origin: 'start' },
      lineStyle: { width: 1, color: colour('surface') },
      itemStyle: { color: paint },
      emphasis: { disabled: true },
      data: series.x.map((x, i) => [x, sums[i], series.y[i]]),
      encode: { x: 0, y: 1 },
    };
  }).reverse();
}

function seriesOf(series, spec, place) {
  switch (series.kind) {
    case 'stack':
      return {
        type: 'bar',
        name: series.name,
        stack: 'all',
        barMaxWidth: 18,
        itemStyle: { color: colourOf(series), borderColor: colour('surface'), borderWidth: 0.5 },
        data: series.x.map((x, i) => ({ value: [x, series.y[i]], name: series.labels?.[i] })),
      };
    case 'bar':
      return {
        type: 'bar',
        name: series.name,
        barGap: '-100%',
        barMaxWidth: 16,
        itemStyle: { color: colourOf(series), borderRadius: 2 },
        data: zip(series),
      };
    case 'range':
      return rangeOf(series, spec);
    case 'scatter':
      return scatterOf(series, spec, place);
    case 'heat':
      return heatOf(series);
    default:
      return {
        type: 'line',
        name: series.name,
        showSymbol: series.x.length < 3,
        symbol: symbolOf(series),
        step: series.kind === 'step' ? 'end' : false,
        lineStyle: { width: place.isSmall ? 1.5 : 2, type: dashOf(series) },
        itemStyle: { color: colourOf(series) },
        emphasis: { focus: 'series', lineStyle: { width: 3 } },
        data: zip(series),
      };
  }
}

/** Marks stand on a series of their own, so that they are there whatever is hidden. */
function markSeries({ marks, y }, place) {
  return {
    type: 'line',
    data: [],
    silent: true,
    markLine: {
      symbol: 'none',
      silent: true,
      animation: false,
      lineStyle: { color: colour('text'), type: [4, 3], width: 1, opacity: 0.7 },
      label: { color: colour('text'), fontSize: place.isSmall ? 10 : 11, fontWeight: 'bold', position: y.categories ? 'start' : 'end', distance: 2 },
      data: marks.map((mark, index) => ({ xAxis: mark.at, label: { formatter: markName(index) } })),
    },
  };
}

function tooltipRow(item, spec) {
  const value = Array.isArray(item.value) ? item.value : item.data.value;
  const [x, y] = value;
  const isDown = Boolean(spec.y.categories);
  const text = isDown ? figure(x, spec.x.unit) : figure(value.length > 2 ? value[2] : y, spec.y.unit);
  const isNamed = item.data?.name && (!isDown || item.seriesType === 'bar');
  return element('li', {}, element('span', {}, isNamed ? item.data.name : item.seriesName), element('b', {}, text));
}

function heatTip([x, y, value], spec) {
  return element('div', { class: 'tooltip' }, element('p', {}, `${spec.y.name} ${figure(y, spec.y.unit)} at ${figure(x, spec.x.unit)}`), element('b', {}, figure(value, 'rate')));
}

function tooltipOf(spec, series) {
  const isAxis = series.some((s) => isLined(s.kind));
  const isHeat = series.some((s) => s.kind === 'heat');
  return {
    trigger: isAxis ? 'axis' : 'item',
    axisPointer: { type: 'line', lineStyle: { color: colour('border-strong') } },
    backgroundColor: colour('surface'),
    borderColor: colour('border-strong'),
    textStyle: { color: colour('text'), fontSize: 12 },
    padding: 8,
    confine: true,
    formatter: (items) => {
      if (isHeat) return heatTip(items.value, spec);
      const list = (Array.isArray(items) ? items : [items]).filter((item) => item.seriesType !== 'custom' && item.seriesName);
      if (!list.length) return null;
      const first = Array.isArray(list[0].value) ? list[0].value : list[0].data.value;
      let title;
      if (isAxis) title = `${spec.x.name}: ${figure(first[0], spec.x.unit)}`;
      else if (spec.y.categories) title = spec.y.categories[first[1]];
      else title = `${spec.x.name}: ${figure(first[0], spec.x.unit)}`;
      const rows = [...list].sort((a, b) => (isAxis ? (b.value[1] ?? 0) - (a.value[1] ?? 0) : 0));
      const shown = rows.slice(0, tooltipRowsMax).map((item) => tooltipRow(item, spec));
      if (rows.length > tooltipRowsMax) shown.push(element('li', {}, `and ${rows.length - tooltipRowsMax} more`));
      return element('div', { class: 'tooltip' }, element('p', {}, title), element('ul', {}, ...shown));
    },
  };
}

function zoomOf(zoom, { isSmall }) {
  const inside = { type: 'inside', ...zoom, filterMode: 'none', zoomOnMouseWheel: 'ctrl', moveOnMouseWheel: false, moveOnMouseMove: !isSmall, preventDefaultMouseMove: false };
  const slider = {
    type: 'slider',
    ...zoom,
    filterMode: 'none',
    height: 18,
    bottom: 6,
    borderColor: colour('border'),
    backgroundColor: 'transparent',
    fillerColor: colour('zoom'),
    handleStyle: { color: colour('surface'), borderColor: colour('border-strong') },
    moveHandleSize: 4,
    brushSelect: false,
    showDetail: false,
    showDataShadow: false,
  };
  return isSmall ? [inside] : [inside, slider];
}

/** The whole of what is drawn in a panel. */
export function optionOf(spec, series, place) {
  const { isSmall, zoom, width } = place;
  const hasSlider = spec.canZoom && !isSmall;
  const drawn = [...areasOf(series.filter((s) => s.kind === 'area')), ...series.filter((s) => s.kind !== 'area').map((s) => seriesOf(s, spec, place))];
  if (spec.marks.length) drawn.push(markSeries(spec, place));
  return {
    animation: false,
    textStyle: { fontFamily: 'system-ui, sans-serif' },
    grid: {
      left: 4,
      right: isSmall ? 12 : 20,
      top: isSmall ? 18 : spec.marks.length ? 18 : 4,
      bottom: hasSlider ? 34 : 4,
      outerBoundsMode: 'same',
      outerBoundsContain: 'all',
    },
    xAxis: axisOf(spec.x, { isAcross: true, isSmall, width }),
    yAxis: axisOf(spec.y, { isAcross: false, isSmall, width, top: place.top, nameIndent: -32 }),
    tooltip: tooltipOf(spec, series),
    dataZoom: spec.canZoom ? zoomOf(zoom, place) : undefined,
    series: drawn,
  };
}
