// Charts: one or several small ones in a figure, with a legend, a choice of views and a zoom that work by keyboard.

import { LineChart, BarChart, ScatterChart, CustomChart } from 'echarts/charts';
import { DataZoomComponent, GridComponent, MarkLineComponent, TooltipComponent } from 'echarts/components';
import { init, use } from 'echarts/core';
import { LabelLayout } from 'echarts/features';
import { CanvasRenderer } from 'echarts/renderers';
import { choice, element } from './dom.js';
import { figure } from './figures.js';
import { heatKey } from './heat.js';
import { markName, optionOf, swatchOf } from './options.js';
import { onThemeChange } from './theme.js';

use([
  BarChart, CustomChart, LineChart, ScatterChart,
  DataZoomComponent, GridComponent, MarkLineComponent, TooltipComponent,
  CanvasRenderer, LabelLayout,
]);

const rowHeight = 26;
const axisHeight = 64;
const sharpness = 2;
const paperWidth = 760;
const paperWidthSmall = 270;
let isOnPaper = false;
const steps = [1, 1.5, 2, 3, 4, 5, 6, 8, 10];
const charts = [];

/** A round number at or above a value. */
function roundUp(value) {
  if (value <= 0) return 1;
  const unit = 10 ** Math.floor(Math.log10(value));
  return steps.find((step) => step * unit >= value * 0.9999) * unit;
}

class Chart {
  constructor(root) {
    this.root = root;
    this.spec = JSON.parse(document.getElementById(root.dataset.chart).textContent);
    for (const panel of this.spec.panels) for (const series of panel.views.flat()) series.x ??= panel.x;
    this.view = 0;
    this.isStacked = this.spec.canStack;
    this.zoom = { start: 0, end: 100 };
    this.plots = [...root.querySelectorAll('.plot')].map((place) => ({ place, instance: null }));
    this.hidden = new Set(this.series().filter((s) => s.isHidden).map((s) => s.name));
    this.bar = element('div', { class: 'controls' });
    root.querySelector('.plots').before(this.bar);
    this.addControls();
    this.addMarks();
    this.fitRows();
    this.watch();
  }

  get isGrid() {
    return this.plots.length > 1;
  }

  /** All series of all panels in all views. */
  series() {
    return this.spec.panels.flatMap((panel) => panel.views.flat());
  }

  addControls() {
    const { views, viewLabel, canZoom, canStack } = this.spec;
    if (views.length > 1) {
      this.bar.append(choice(viewLabel, views, (index) => {
        this.view = index;
        this.fitRows();
        this.draw();
      }));
    }
    if (canStack) {
      this.bar.append(choice('Drawn', ['stacked', 'as lines'], (index) => {
        this.isStacked = index === 0;
        this.draw();
      }));
    }
    if (canZoom) this.bar.append(this.zoomButtons());
    const legend = this.legend();
    if (legend) this.bar.append(legend);
    const heat = this.series().find((s) => s.kind === 'heat');
    if (heat) this.bar.append(heatKey(heat));
    if (!this.bar.children.length) this.bar.remove();
  }

  zoomButtons() {
    const button = (text, label, change) =>
      element('button', { type: 'button', title: label, 'aria-label': label, onclick: () => this.zoomTo(change(this.zoom)) }, text);
    const scale = (factor) => ({ start, end }) => {
      const [middle, half] = [(start + end) / 2, Math.max(1, ((end - start) / 2) * factor)];
      return { start: middle - half, end: middle + half };
    };
    const shift = (part) => ({ start, end }) => ({ start: start + (end - start) * part, end: end + (end - start) * part });
    return element('div', { class: 'zoom', role: 'group', 'aria-label': 'Zoom' },
      button('+', 'Zoom in', scale(0.5)), button('−', 'Zoom out', scale(2)),
      button('←', 'Earlier', shift(-0.5)), button('→', 'Later', shift(0.5)),
      button('All', 'Show all', () => ({ start: 0, end: 100 })));
  }

  zoomTo({ start, end }) {
    const width = Math.min(100, end - start);
    const from = Math.min(100 - width, Math.max(0, start));
    this.zoom = { start: from, end: from + width };
    this.root.dataset.zoom = `${from.toFixed(1)}-${(from + width).toFixed(1)}`;
    for (const { instance } of this.plots) instance?.dispatchAction({ type: 'dataZoom', ...this.zoom });
  }

  /** One button a name; what is off is struck through and not drawn. */
  legend() {
    const named = new Map(this.series().filter((s) => s.name).map((s) => [s.name, s]));
    if (named.size < 2) return null;
    const list = element('ul', { class: 'legend', 'aria-label': 'Legend: press to hide or show' });
    for (const [name, series] of named) {
      const button = element('button', { type: 'button', 'aria-pressed': String(!this.hidden.has(name)) }, swatchOf(series), element('span', {}, name));
      button.addEventListener('click', () => {
        if (!this.hidden.delete(name)) this.hidden.add(name);
        button.setAttribute('aria-pressed', String(!this.hidden.has(name)));
        this.draw();
      });
      list.append(element('li', {}, button));
    }
    return list;
  }

  /** Small charts are there to be compared: all have one scale, but for what is drawn in grey for contrast. */
  topFor(index) {
    const views = this.spec.panels.map((panel) => panel.views[this.view]);
    const isApart = (series) => series.every((s) => s.colour < 0);
    const of = isApart(views[index]) ? [views[index]] : views.filter((series) => !isApart(series));
    return roundUp(of.flat().flatMap((s) => s.y).reduce((most, y) => Math.max(most, y ?? 0), 0));
  }

  addMarks() {
    const { marks, x } = this.spec;
    if (!marks.length) return;
    const list = element('ul', { class: 'marks', 'aria-label': 'Marked on the axis' });
    list.append(...marks.map((mark, index) => element('li', {}, element('b', {}, markName(index)), ` ${figure(mark.at, x.unit)} ${mark.text}`)));
    this.root.querySelector('.plots').after(list);
  }

  /** A chart with rows is as high as its rows need. */
  fitRows() {
    const rows = this.spec.y.categories?.length;
    if (rows) {
      for (const { place } of this.plots) place.style.height = `${rows * rowHeight + axisHeight}px`;
    }
  }

  /** Draws what comes into view, and again when its size changes. */
  watch() {
    const seen = new IntersectionObserver((entries) => entries.filter((e) => e.isIntersecting).forEach((e) => {
      seen.unobserve(e.target);
      this.drawPlot(this.plots.findIndex((p) => p.place === e.target));
    }), { rootMargin: '400px' });
    const sized = new ResizeObserver((entries) => entries.forEach((e) => {
      if (isOnPaper) return;
      const index = this.plots.findIndex((p) => p.place === e.target);
      const { instance } = this.plots[index];
      if (instance && e.contentRect.width > 0 && Math.abs(instance.getWidth() - e.contentRect.width) > 1) {
        instance.resize();
        this.drawPlot(index);
      } else if (instance && e.contentRect.height > 0 && Math.abs(instance.getHeight() - e.contentRect.height) > 1) {
        instance.resize();
      }
    }));
    for (const { place } of this.plots) {
      seen.observe(place);
      sized.observe(place);
    }
  }

  draw(evenUnseen = false) {
    this.plots.forEach((plot, index) => {
      if (plot.instance || evenUnseen) this.drawPlot(index);
    });
  }

  drawPlot(index) {
    const plot = this.plots[index];
    const isNew = !plot.instance;
    if (isNew) {
      plot.instance = init(plot.place, null, { renderer: 'canvas', devicePixelRatio: Math.max(sharpness, window.devicePixelRatio) });
    }
    const series = this.spec.panels[index].views[this.view].filter((s) => !this.hidden.has(s.name))
      .map((s) => (s.kind === 'area' && !this.isStacked ? { ...s, kind: 'line' } : s));
    const place = { isSmall: this.isGrid, width: plot.instance.getWidth(), height: plot.place.clientHeight, zoom: this.zoom, top: this.isGrid ? this.topFor(index) : undefined };
    plot.instance.setOption(optionOf(this.spec, series, place), true);
    plot.place.dataset.drawn = String(series.length);
    if (isNew && this.spec.canZoom) {
      plot.instance.on('datazoom', (event) => this.followZoom(event.batch?.[0] ?? event, plot));
    }
  }

  /** What one of several charts was zoomed to by hand, the others are zoomed to. */
  followZoom({ start, end }, source) {
    if (start === undefined || (Math.abs(start - this.zoom.start) < 0.01 && Math.abs(end - this.zoom.end) < 0.01)) return;
    this.zoom = { start, end };
    this.root.dataset.zoom = `${start.toFixed(1)}-${end.toFixed(1)}`;
    for (const plot of this.plots) {
      if (plot !== source) plot.instance?.dispatchAction({ type: 'dataZoom', start, end });
    }
  }
}

/** Makes every chart of the page. */
export function startCharts() {
  for (const root of document.querySelectorAll('figure[data-chart]')) charts.push(new Chart(root));
  onThemeChange(() => charts.forEach((chart) => chart.draw()));
}

/** Draws all charts, be they in view or not, as wide as paper is, whatever the screen; and back. */
export function setOnPaper(onPaper) {
  isOnPaper = onPaper;
  for (const chart of charts) {
    chart.draw(true);
    for (const { instance } of chart.plots) {
      instance.resize({ width: !onPaper ? 'auto' : chart.isGrid ? paperWidthSmall : paperWidth });
    }
    chart.draw();
  }
}
