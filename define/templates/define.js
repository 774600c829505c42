(function () {
  "use strict";
  var form = document.querySelector(".search");
  var box = form.querySelector("input");
  var said = form.querySelector("output");
  var rows = Array.prototype.slice.call(document.querySelectorAll("[data-find]"));
  var texts = rows.map(function (row) { return row.textContent.toLowerCase(); });
  var folded = rows.map(function (row) { return Array.prototype.slice.call(row.querySelectorAll("details")); });
  var groups = Array.prototype.slice.call(document.querySelectorAll("[data-group]"));
  function find() {
    var words = box.value.toLowerCase().split(/\s+/).filter(Boolean);
    var shown = 0;
    rows.forEach(function (row, i) {
      var yes = words.every(function (word) { return texts[i].indexOf(word) >= 0; });
      row.hidden = !yes;
      if (yes) { shown += 1; }
      folded[i].forEach(function (part) {
        var text = part.textContent.toLowerCase();
        part.open = words.length > 0 && words.every(function (word) { return text.indexOf(word) >= 0; });
      });
    });
    groups.forEach(function (group) {
      group.hidden = !group.querySelector("[data-find]:not([hidden])");
    });
    said.textContent = words.length ? shown + (shown === 1 ? " match" : " matches") : "";
  }
  form.hidden = false;
  form.addEventListener("submit", function (event) { event.preventDefault(); });
  box.addEventListener("input", find);
  window.addEventListener("hashchange", function () {
    var target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
    if (target && !target.getClientRects().length) { box.value = ""; find(); target.scrollIntoView(); }
  });
  document.addEventListener("keydown", function (event) {
    if (event.key === "/" && event.target === document.body) { event.preventDefault(); box.focus(); }
    if (event.key === "Escape" && event.target === box) { box.value = ""; find(); }
  });
  var menu = document.querySelector(".menu");
  if (window.matchMedia("(max-width: 1100px)").matches) { menu.open = false; }
  find();
}());
