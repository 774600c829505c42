(function () {
  "use strict";
  var form = document.querySelector(".filter");
  if (!form) { return; }
  var box = form.querySelector("input");
  var said = form.querySelector("output");
  var picks = Array.prototype.slice.call(form.querySelectorAll("select"));
  var kinds = Array.prototype.slice.call(document.querySelectorAll(".kind")).map(function (kind) {
    var rows = Array.prototype.slice.call(kind.querySelectorAll("tbody tr"));
    return {
      element: kind, rows: rows, open: kind.open, total: Number(kind.dataset.total),
      head: kind.querySelector("summary").textContent.toLowerCase() + " " + kind.querySelector(".do").textContent.toLowerCase(),
      texts: rows.map(function (row) { return row.textContent.toLowerCase(); })
    };
  });
  picks.forEach(function (pick) {
    var values = {};
    kinds.forEach(function (kind) { values[kind.element.dataset[pick.name]] = true; });
    Object.keys(values).sort().forEach(function (value) {
      var option = document.createElement("option");
      option.value = value;
      option.textContent = value || "(none)";
      pick.appendChild(option);
    });
  });
  function find() {
    var words = box.value.toLowerCase().split(/\s+/).filter(Boolean);
    var shown = 0;
    var active = words.length > 0 || picks.some(function (pick) { return pick.selectedIndex > 0; });
    kinds.forEach(function (kind) {
      var fits = picks.every(function (pick) {
        return pick.selectedIndex === 0 || kind.element.dataset[pick.name] === pick.value;
      });
      var some = 0;
      kind.rows.forEach(function (row, i) {
        var yes = fits && words.every(function (word) {
          return kind.texts[i].indexOf(word) >= 0 || kind.head.indexOf(word) >= 0;
        });
        row.hidden = !yes;
        if (yes) { some += 1; }
      });
      kind.element.hidden = some === 0;
      kind.element.open = words.length && some ? true : kind.open;
      if (some) { shown += some === kind.rows.length ? kind.total : some; }
    });
    said.textContent = active ? shown + (shown === 1 ? " finding" : " findings") : "";
  }
  form.hidden = false;
  form.addEventListener("submit", function (event) { event.preventDefault(); });
  form.addEventListener("input", find);
  document.addEventListener("keydown", function (event) {
    if (event.key === "/" && event.target === document.body) { event.preventDefault(); box.focus(); }
    if (event.key === "Escape" && event.target === box) { box.value = ""; find(); }
  });
  window.addEventListener("beforeprint", function () {
    kinds.forEach(function (kind) { kind.element.open = true; });
  });
}());
