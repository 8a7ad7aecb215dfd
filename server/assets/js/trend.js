// Draws the graph of a project's page from the rows of its table. Without this script the table stands alone.
// A build is chosen with the pointer or the arrow keys; a click, a second tap or Enter follows it.
"use strict";

(() => {
  const figure = document.querySelector("figure[data-chart]");
  const table = figure && document.getElementById(figure.dataset.chart);
  if (!table || !window.uPlot) {
    return;
  }

  const rows = [...table.querySelectorAll("tbody tr")].map((row) => ({
    cells: row.cells,
    value: Number(row.dataset.value),
    limit: row.dataset.limit === undefined ? null : Number(row.dataset.limit),
    unlinked: row.dataset.unlinked !== undefined,
    commit: row.dataset.commit,
    url: row.dataset.url,
  }));
  const plot = figure.querySelector(".chart-plot");
  const readout = figure.querySelector(".chart-readout");
  const bytes = (value) => `${value.toLocaleString("en")} B`;
  let chart = null;
  let chosen = rows.length - 1;

  // Canvas knows no custom properties, so an element resolves them.
  const colour = (css) => {
    const probe = document.createElement("i");
    probe.style.color = css;
    figure.append(probe);
    const resolved = getComputedStyle(probe).color;
    probe.remove();
    return resolved;
  };

  // Each build is held against the limit of its own time, whatever the budget became since.
  const isOver = (row) => row.limit !== null && row.value > row.limit;

  // A filled area shows an amount, so it begins at zero.
  const range = (_, low, high) => {
    const top = Math.max(high, ...rows.map((it) => it.limit ?? 0));
    return [0, Math.max(top * 1.12, 8)];
  };

  // Builds in a row that had the same limit: `to` is the first that had not.
  const loadLines = () => {
    const lines = [];
    rows.forEach(({ limit }, idx) => {
      const last = lines.at(-1);
      if (last && last.limit === limit) {
        last.to = idx + 1;
      } else {
        lines.push({ limit, from: idx, to: idx + 1 });
      }
    });
    return lines;
  };

  const drawLoadLine = (u, palette, { limit, from, to }) => {
    const { ctx, bbox } = u;
    const ratio = devicePixelRatio;
    const end = bbox.left + bbox.width;
    const left = from === 0 ? bbox.left : u.valToPos(from, "x", true);
    const right = to === rows.length ? end : u.valToPos(to, "x", true);
    const y = u.valToPos(limit, "y", true);
    ctx.strokeStyle = palette.limit;
    ctx.lineWidth = 2 * ratio;
    ctx.beginPath();
    ctx.moveTo(left, y);
    ctx.lineTo(right, y);
    if (to < rows.length && rows[to].limit !== null) {
      ctx.lineTo(right, u.valToPos(rows[to].limit, "y", true));
    }
    if (to === rows.length) {
      const radius = 8 * ratio;
      ctx.moveTo(end - radius, y);
      ctx.arc(end - radius * 2, y, radius, 0, 2 * Math.PI);
    }
    ctx.stroke();
    label(ctx, `load line ${bytes(limit)}`, { left, right, y, isLast: to === rows.length, palette });
  };

  // Where there is no room the readout and the table have the figure; the newest limit is always named.
  const label = (ctx, text, { left, right, y, isLast, palette }) => {
    const gap = 6 * devicePixelRatio;
    const room = right - left - gap * (isLast ? 6 : 2);
    ctx.font = `${13 * devicePixelRatio}px ${palette.font}`;
    ctx.fillStyle = palette.over;
    ctx.textBaseline = "bottom";
    const fits = ctx.measureText(text).width <= room;
    if (fits || isLast) {
      ctx.textAlign = fits ? "left" : "right";
      ctx.fillText(text, fits ? left + gap : right - gap * 6, y - 4 * devicePixelRatio);
    }
  };

  const mark = (u, palette) => {
    const { ctx } = u;
    const ratio = devicePixelRatio;
    ctx.save();
    // What lies above the line is red, up to the next build.
    ctx.fillStyle = palette.overFill;
    rows.forEach((row, idx) => {
      if (isOver(row) && idx + 1 < rows.length) {
        const [left, right] = [idx, idx + 1].map((it) => u.valToPos(it, "x", true));
        const [top, bottom] = [row.value, row.limit].map((it) => u.valToPos(it, "y", true));
        ctx.fillRect(left, top, right - left, bottom - top);
      }
    });
    loadLines().filter((it) => it.limit !== null).forEach((it) => drawLoadLine(u, palette, it));
    rows.forEach((row, idx) => {
      ctx.beginPath();
      ctx.arc(u.valToPos(idx, "x", true), u.valToPos(row.value, "y", true), 4 * ratio, 0, 2 * Math.PI);
      ctx.fillStyle = row.unlinked || isOver(row) ? palette.over : palette.line;
      ctx.fill();
    });
    ctx.restore();
  };

  const tell = () => {
    const cells = [...rows[chosen].cells];
    const [build, what, value] = cells;
    const [change, compare] = cells.slice(-2);
    const part = (cell) => {
      const span = document.createElement("span");
      span.append(...[...cell.cloneNode(true).childNodes]);
      return span;
    };
    const parts = [build, what, value, change, compare].map(part);
    if (isOver(rows[chosen])) {
      const words = document.createElement("strong");
      words.className = "change grown";
      words.textContent = `${bytes(rows[chosen].value - rows[chosen].limit)} over the line`;
      parts.splice(3, 0, words);
    }
    readout.replaceChildren(...parts);
  };

  const choose = (idx) => {
    const bounded = Math.min(rows.length - 1, Math.max(0, idx));
    if (bounded !== chosen || !readout.hasChildNodes()) {
      chosen = bounded;
      tell();
    }
  };

  const show = (idx) => {
    choose(idx);
    chart.setCursor({ left: chart.valToPos(chosen, "x"), top: chart.valToPos(rows[chosen].value, "y") });
  };

  const follow = () => {
    window.location.assign(rows[chosen].url);
  };

  const options = (palette) => ({
    width: plot.clientWidth,
    height: plot.clientHeight,
    padding: [12, 8, 0, 0],
    legend: { show: false },
    cursor: {
      y: false,
      drag: { x: false, y: false, setScale: false },
      points: { size: 13, fill: palette.paper, stroke: palette.line },
    },
    scales: { x: { time: false, range: () => [-0.5, Math.max(rows.length - 0.5, 0.5)] }, y: { range } },
    series: [
      {},
      { stroke: palette.line, width: 2, fill: palette.fill, points: { show: false }, paths: uPlot.paths.stepped({ align: 1 }) },
    ],
    axes: [
      {
        stroke: palette.soft,
        font: `13px ${palette.font}`,
        size: 34,
        space: 78,
        incrs: [1, 2, 5, 10, 20, 50, 100],
        grid: { show: false },
        ticks: { stroke: palette.grid, width: 1 },
        values: (_, splits) => splits.map((it) => rows[it]?.commit.slice(0, 7) ?? ""),
      },
      {
        stroke: palette.soft,
        font: `13px ${palette.font}`,
        size: (_, values) => 22 + 7 * Math.max(0, ...(values ?? []).map((it) => it.length)),
        grid: { stroke: palette.grid, width: 1 },
        ticks: { show: false },
        values: (_, splits) => splits.map((it) => bytes(Math.round(it))),
      },
    ],
    hooks: {
      draw: [(u) => mark(u, palette)],
      setCursor: [(u) => typeof u.cursor.idx === "number" && u.cursor.left >= 0 && choose(u.cursor.idx)],
    },
  });

  const draw = () => {
    chart?.destroy();
    const palette = {
      line: colour("var(--sea)"),
      fill: colour("color-mix(in srgb, var(--sea) 14%, transparent)"),
      limit: colour("var(--over-fill)"),
      over: colour("var(--over)"),
      overFill: colour("color-mix(in srgb, var(--over-fill) 35%, transparent)"),
      soft: colour("var(--ink-soft)"),
      grid: colour("var(--line)"),
      paper: colour("var(--card)"),
      font: getComputedStyle(figure.querySelector(".chart-readout")).fontFamily,
    };
    const data = [rows.map((_, idx) => idx), rows.map((row) => row.value)];
    chart = new uPlot(options(palette), data, plot);
    listen(chart.over);
  };

  // A tap must not lead away from a build that nobody has seen yet: the first shows it, the second follows.
  const listen = (over) => {
    let beforeTap = null;
    over.addEventListener("pointerdown", (event) => {
      beforeTap = event.pointerType === "touch" ? chosen : null;
    });
    over.addEventListener("click", (event) => {
      const idx = chart.posToIdx(event.clientX - over.getBoundingClientRect().left);
      const isSecondTap = beforeTap === idx;
      show(idx);
      if (event.pointerType !== "touch" || isSecondTap) {
        follow();
      }
    });
  };

  const steps = { ArrowLeft: () => chosen - 1, ArrowRight: () => chosen + 1, Home: () => 0, End: () => rows.length - 1 };

  plot.addEventListener("keydown", (event) => {
    if (event.key in steps) {
      show(steps[event.key]());
      event.preventDefault();
    } else if (event.key === "Enter" || event.key === " ") {
      follow();
      event.preventDefault();
    }
  });

  figure.hidden = false;
  draw();
  tell();
  new ResizeObserver(() => chart.setSize({ width: plot.clientWidth, height: plot.clientHeight })).observe(plot);
  for (const query of ["(prefers-color-scheme: dark)", "print"]) {
    window.matchMedia(query).addEventListener("change", draw);
  }
  document.fonts?.ready.then(draw);
})();
