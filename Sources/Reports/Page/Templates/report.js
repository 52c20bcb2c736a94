// The pages work without this file: every layer is shown below the diagram then. With it one layer is shown at a time,
// the gallery can be sorted, and the arrow keys lead through layers and pictures.
(function () {
  "use strict";

  // One picture's page inside `root`. `remember(layer)` keeps what is shown in the address; without it nothing is kept.
  function openPicture(root, chosen, remember) {
    var sections = Array.from(root.querySelectorAll(".layer"));
    var nodes = Array.from(root.querySelectorAll(".node"));
    var scroller = root.querySelector(".scroller");
    var status = root.querySelector("#shown");
    var current = -1;

    function show(index, bring) {
      if (index < 0 || index >= sections.length) return;
      current = index;
      sections.forEach(function (section, i) { section.hidden = i !== index; });
      sections[index].querySelectorAll(".paper").forEach(layNight);
      nodes.forEach(function (node) {
        var isShown = Number(node.dataset.layer) === index;
        node.setAttribute("tabindex", isShown ? "0" : "-1");
        if (isShown) node.setAttribute("aria-current", "true"); else node.removeAttribute("aria-current");
      });
      status.textContent = "Layer " + sections[index].dataset.name + " is shown";
      sections[index].querySelectorAll("[data-go]").forEach(function (button) {
        var next = index + Number(button.dataset.go);
        button.disabled = next < 0 || next >= sections.length;
      });
      reveal(nodeOf(index));
      if (bring) sections[index].scrollIntoView({ block: "nearest" });
      if (remember) remember(index);
    }

    function nodeOf(index) {
      return nodes.find(function (node) { return Number(node.dataset.layer) === index; });
    }

    function reveal(node) {
      if (!node) return;
      var box = node.getBoundingClientRect(), view = scroller.getBoundingClientRect();
      if (box.top < view.top + 30 || box.bottom > view.bottom - 30)
        scroller.scrollTop += (box.top + box.bottom - view.top - view.bottom) / 2;
      if (box.left < view.left || box.right > view.right)
        scroller.scrollLeft += (box.left + box.right - view.left - view.right) / 2;
    }

    function centre(node) {
      if (!node) return;
      var box = node.getBoundingClientRect(), view = scroller.getBoundingClientRect();
      scroller.scrollLeft += (box.left + box.right - view.left - view.right) / 2;
    }

    root.addEventListener("click", function (event) {
      var link = event.target.closest("a[data-layer]");
      if (link) {
        event.preventDefault();
        show(Number(link.dataset.layer), true);
        return;
      }
      var step = event.target.closest("button[data-go]");
      if (step) {
        show(current + Number(step.dataset.go), false);
        var again = sections[current].querySelector('[data-go="' + step.dataset.go + '"]');
        if (!again.disabled) again.focus(); else sections[current].querySelector("[data-go]:not([disabled])").focus();
        return;
      }
      var size = event.target.closest("button.size");
      if (size) {
        var actual = size.closest(".sheet").classList.toggle("actual");
        size.setAttribute("aria-pressed", String(actual));
        return;
      }
      var head = event.target.closest(".sortable thead button");
      if (head) sortTable(head.closest("table"), head.closest("th"));
    });

    root.querySelector(".diagram").addEventListener("keydown", function (event) {
      var step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
      var target = step ? current + step : { Home: 0, End: sections.length - 1 }[event.key];
      if (target === undefined || target < 0 || target >= sections.length) return;
      event.preventDefault();
      show(target, false);
      nodeOf(current).focus({ preventScroll: true });
    });

    // The diagram as large as fits, never so small that it cannot be read.
    function fit() {
      var svg = root.querySelector(".diagram");
      var natural = svg.viewBox.baseVal.width;
      var scale = Math.max(0.66, Math.min(1.15, (scroller.clientWidth - 24) / natural));
      svg.setAttribute("width", natural * scale);
      svg.setAttribute("height", svg.viewBox.baseVal.height * scale);
    }
    fit();
    window.addEventListener("resize", function () {
      fit();
      reveal(nodeOf(current));
      centre(nodeOf(current));
    });
    show(Math.min(Math.max(chosen, 0), sections.length - 1), false);
    centre(nodeOf(current));
  }

  // Two layers over a sheet that the style sheet uses at night: they cover all but the values, whose places are runs of
  // rectangles "x y width height count step".
  function layNight(paper) {
    var picture = paper.querySelector("img");
    if (paper.querySelector(".night") || !paper.dataset.values) return;
    var width = picture.getAttribute("width"), height = picture.getAttribute("height");
    var names = document.querySelector(".diagram").namespaceURI;
    var path = "M0 0H" + width + "V" + height + "H0Z";
    paper.dataset.values.split(",").forEach(function (run) {
      var n = run.split(" ").map(Number);
      for (var i = 0; i < n[4]; i += 1) path += "M" + (n[0] + i * n[5]) + " " + n[1] + "h" + n[2] + "v" + n[3] + "h-" + n[2] + "Z";
    });
    ["over", "ground"].forEach(function (layer) {
      var svg = document.createElementNS(names, "svg");
      svg.setAttribute("class", "night " + layer);
      svg.setAttribute("viewBox", "0 0 " + width + " " + height);
      svg.setAttribute("preserveAspectRatio", "none");
      svg.setAttribute("aria-hidden", "true");
      var cover = document.createElementNS(names, "path");
      cover.setAttribute("d", path);
      cover.setAttribute("fill-rule", "evenodd");
      svg.appendChild(cover);
      paper.appendChild(svg);
    });
  }

  function sortTable(table, header) {
    var column = Array.from(header.parentNode.children).indexOf(header);
    var down = header.getAttribute("aria-sort") === "ascending";
    Array.from(header.parentNode.children).forEach(function (other) { other.removeAttribute("aria-sort"); });
    header.setAttribute("aria-sort", down ? "descending" : "ascending");
    var body = table.tBodies[0];
    var rows = Array.from(body.rows).map(function (row) {
      var cell = row.cells[column];
      var text = cell.dataset.value !== undefined ? cell.dataset.value : cell.textContent;
      return { row: row, text: text, number: text.trim() === "" ? NaN : Number(text) };
    });
    var numeric = rows.every(function (r) { return r.text.trim() === "" || !isNaN(r.number); });
    rows.sort(function (a, b) {
      if ((a.text === "") !== (b.text === "")) return a.text === "" ? 1 : -1;
      var order = numeric ? a.number - b.number : compare(a.text, b.text);
      return down ? -order : order;
    });
    rows.forEach(function (r) { body.appendChild(r.row); });
  }

  var collator = new Intl.Collator(undefined, { numeric: true });
  function compare(a, b) { return collator.compare(a, b); }

  function openIndex(root) {
    var gallery = root.querySelector(".gallery"), form = root.querySelector("form.tools");
    var cards = Array.from(gallery.children);
    var keys = {
      order: function (a, b) { return a.dataset.order - b.dataset.order; },
      name: function (a, b) { return compare(a.dataset.name, b.dataset.name); },
      class: function (a, b) {
        if (!a.dataset.class !== !b.dataset.class) return a.dataset.class ? -1 : 1;
        return compare(a.dataset.class, b.dataset.class) || b.dataset.probability - a.dataset.probability;
      },
      probability: function (a, b) { return (b.dataset.probability || -1) - (a.dataset.probability || -1); }
    };
    function arrange() {
      var sort = keys[form.elements.sort.value] || keys.order;
      var sign = form.elements.reverse.checked ? -1 : 1;
      var words = form.elements.filter.value.toLowerCase().split(/\s+/).filter(Boolean);
      var shown = 0;
      cards.sort(function (a, b) { return sign * (sort(a, b) || a.dataset.order - b.dataset.order); });
      cards.forEach(function (card) {
        var text = (card.dataset.name + " " + card.dataset.class).toLowerCase();
        card.hidden = !words.every(function (word) { return text.includes(word); });
        if (!card.hidden) shown += 1;
        gallery.appendChild(card);
      });
      form.querySelector("output").textContent = words.length ? shown + " of " + cards.length + " shown" : "";
    }
    form.addEventListener("change", arrange);
    form.addEventListener("input", arrange);
    form.addEventListener("submit", function (event) { event.preventDefault(); });
    arrange();
  }

  // Previous and next: `pages` are [address, name] in order.
  function openSteps(root, pages, here) {
    root.querySelectorAll(".step").forEach(function (link) {
      var page = pages[here + Number(link.dataset.step)];
      link.hidden = here < 0 || !page;
      if (!page) return;
      link.href = page[0];
      link.querySelector("span").textContent = page[1];
      link.setAttribute("aria-label", (link.dataset.step < 0 ? "Previous picture: " : "Next picture: ") + page[1]);
    });
  }

  document.addEventListener("keydown", function (event) {
    var step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (!step || event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return;
    if (event.target.closest("input, .scroller, .view, .wide")) return;
    var link = document.querySelector('.step[data-step="' + step + '"]');
    if (link && !link.hidden) link.click();
  });

  var view = document.getElementById("view"), index = document.getElementById("index");
  function layerIn(hash) {
    var found = /layer-(\d+)$/.exec(hash);
    return found ? Number(found[1]) : NaN;
  }

  if (index) openIndex(index);
  if (view) {
    // All pages in one file: each waits in a template until the address names it.
    var templates = Array.from(document.querySelectorAll("template[data-page]"));
    var pages = templates.map(function (template) { return ["#" + template.dataset.page, template.dataset.name]; });
    var title = document.title, shown = null;
    var route = function () {
      var key = location.hash.slice(1).split("/")[0];
      var here = templates.findIndex(function (template) { return template.dataset.page === key; });
      if (key === shown) return;
      var cameFrom = shown;
      shown = here < 0 ? null : key;
      view.replaceChildren();
      view.hidden = here < 0;
      index.hidden = here >= 0;
      document.title = here < 0 ? title : templates[here].dataset.name + " · " + title;
      if (here < 0) {
        var card = cameFrom && index.querySelector('a[href="#' + cameFrom + '"]');
        if (card) card.focus();
        return;
      }
      // A fresh holder: what listened to the page before goes with it.
      var page = document.createElement("div");
      page.appendChild(templates[here].content.cloneNode(true));
      view.appendChild(page);
      var layer = layerIn(location.hash);
      openPicture(page, isNaN(layer) ? firstWorth(page) : layer, function (index) {
        history.replaceState(null, "", "#" + key + "/layer-" + index);
      });
      openSteps(page, pages, here);
      page.querySelector(".up").setAttribute("href", "#");
      window.scrollTo(0, 0);
      page.querySelector("main").focus({ preventScroll: true });
    };
    window.addEventListener("hashchange", route);
    route();
  } else if (!index) {
    var wished = layerIn(location.hash);
    openPicture(document.body, isNaN(wished) ? firstWorth(document.body) : wished, function (layer) {
      if (!isNaN(wished) || document.body.dataset.moved) history.replaceState(null, "", "#layer-" + layer);
      document.body.dataset.moved = "yes";
    });
    window.addEventListener("hashchange", function () {
      var layer = layerIn(location.hash);
      var link = !isNaN(layer) && document.querySelector('.node[data-layer="' + layer + '"]');
      if (link && !link.hasAttribute("aria-current")) link.dispatchEvent(new MouseEvent("click", { bubbles: true, cancelable: true }));
    });
    // Called by pages.js, which lies beside the index.
    window.foveaPages = function (pages) {
      var up = document.body.dataset.up;
      var here = pages.findIndex(function (page) { return page[0] === document.body.dataset.key; });
      openSteps(document.body, pages.map(function (page) { return [up + page[0], page[1]]; }), here);
    };
  }

  // The first layer with a sheet.
  function firstWorth(root) {
    var sections = Array.from(root.querySelectorAll(".layer"));
    return Math.max(0, sections.findIndex(function (section) { return section.querySelector(".sheet"); }));
  }
})();
