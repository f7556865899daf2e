(() => {
  const form = document.getElementById("filter");
  const rows = [...document.querySelectorAll("li[data-verdict]")];
  const groups = [...document.querySelectorAll("section.figure, section.group")];
  const output = form.querySelector("output");
  form.hidden = false;
  form.addEventListener("submit", (event) => event.preventDefault());

  function apply() {
    const {verdict, paper, words} = Object.fromEntries(new FormData(form));
    const wanted = words.trim().toLowerCase();
    const any = verdict || paper || wanted;
    for (const row of rows) {
      row.hidden = Boolean((verdict && row.dataset.verdict !== verdict) ||
        (paper && row.dataset.paper !== paper) ||
        (wanted && !row.textContent.toLowerCase().includes(wanted)));
    }
    for (const group of groups) {
      group.hidden = Boolean(any) && !group.querySelector("li[data-verdict]:not([hidden])");
    }
    const shown = rows.filter((row) => row.id.startsWith("s-"));
    const left = shown.filter((row) => !row.hidden).length;
    output.textContent = any ? `${left} of ${shown.length} statements` : "";
  }
  for (const name of ["input", "change"]) form.addEventListener(name, apply);
  form.addEventListener("reset", () => setTimeout(apply));
  // A link leads to its statement, also to one that the filter has hidden.
  addEventListener("hashchange", () => {
    const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
    if (target && target.closest("[hidden]")) {
      form.reset();
      setTimeout(() => target.scrollIntoView());
    }
  });
  apply();

  const source = document.getElementById("specifications");
  if (!source) return;
  const specifications = JSON.parse(source.textContent);
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const look = () => {
    const style = getComputedStyle(document.documentElement);
    const [text, line] = ["--text", "--line"].map((name) => style.getPropertyValue(name).trim());
    const words = {labelColor: text, titleColor: text, labelFontSize: 12, titleFontSize: 13};
    return {
      background: "transparent", font: "system-ui, sans-serif", view: {stroke: line},
      axis: {...words, gridColor: line, domainColor: line, tickColor: line, titleFontWeight: 500},
      legend: words,
    };
  };
  async function draw() {
    for (const place of document.querySelectorAll("[data-chart]")) {
      await vegaEmbed(place, specifications[place.dataset.chart], {
        renderer: "svg", config: look(), tooltip: {theme: dark.matches ? "dark" : "light"},
        actions: false,
      });
    }
    document.body.dataset.drawn = "yes";
  }
  dark.addEventListener("change", draw);
  draw();
})();
