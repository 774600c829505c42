(function () {
  "use strict";
  var all = function (chosen, inside) {
    return Array.prototype.slice.call((inside || document).querySelectorAll(chosen));
  };
  var form = document.querySelector(".search");
  var box = form.querySelector("input");
  var choice = form.querySelector("select");
  var said = form.querySelector("output");
  var rows = all("[data-find]");
  var texts = rows.map(function (row) { return row.textContent.toLowerCase(); });
  var folded = rows.map(function (row) { return all("details", row); });
  var owners = rows.map(function (row) { return (row.getAttribute("data-of") || "").split(" "); });
  var groups = all("[data-group]");
  function find() {
    var words = box.value.toLowerCase().split(/\s+/).filter(Boolean);
    var dataset = choice.value;
    var shown = 0;
    rows.forEach(function (row, i) {
      var yes = words.every(function (word) { return texts[i].indexOf(word) >= 0; }) &&
        (!dataset || owners[i].indexOf(dataset) >= 0);
      row.hidden = !yes;
      if (yes) { shown += 1; }
      if (!yes || !words.length) { return; }
      folded[i].forEach(function (part) {
        var text = part.textContent.toLowerCase();
        part.open = words.every(function (word) { return text.indexOf(word) >= 0; });
      });
    });
    groups.forEach(function (group) {
      group.hidden = !group.querySelector("[data-find]:not([hidden])");
    });
    said.textContent = words.length || dataset ? shown + " / " + rows.length : "";
  }
  function fold(open) {
    all("main details").forEach(function (part) { part.open = open; });
  }
  function reveal() {
    var target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
    if (!target) { return; }
    for (var part = target; part; part = part.parentElement) {
      if (part.tagName === "DETAILS") { part.open = true; }
    }
    if (!target.getClientRects().length) { box.value = ""; choice.value = ""; find(); }
    target.scrollIntoView();
  }
  form.hidden = false;
  form.addEventListener("submit", function (event) { event.preventDefault(); });
  box.addEventListener("input", find);
  choice.addEventListener("change", find);
  all("[data-fold]", form).forEach(function (button) {
    button.addEventListener("click", function () { fold(button.getAttribute("data-fold") === "open"); });
  });
  window.addEventListener("hashchange", reveal);
  window.addEventListener("beforeprint", function () { fold(true); });
  document.addEventListener("keydown", function (event) {
    if (event.key === "/" && event.target === document.body) { event.preventDefault(); box.focus(); }
    if (event.key === "Escape" && event.target === box) { box.value = ""; find(); }
  });
  var menu = document.querySelector(".menu");
  if (window.matchMedia("(max-width: 1100px)").matches) { menu.open = false; }
  if (box.value || choice.value) { find(); }
  if (location.hash) { reveal(); }
}());
