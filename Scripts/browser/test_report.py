#!/usr/bin/env python3
"""Opens reports that `fovea report` wrote in a headless Chromium, and uses them as people do.

    Scripts/browser/test_report.py TOOL
"""
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

from webdriver import Browser

ROOT = pathlib.Path(__file__).resolve().parents[2]
TOOL = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else ROOT / ".build/release/fovea").resolve()
NETWORK = ROOT / "Tests/ReportsTests/Fixtures/hostile.h5"
DOWN, RIGHT, LEFT, ENTER = "\ue015", "\ue014", "\ue012", "\ue007"
HOSTILE = [b"<img src=x onerror=alert(1)>.jpg", b"\"onload=\"alert(2).jpg", b"javascript:alert(3).jpg",
           b"a b#c?d%41&amp;.jpg", b"caf\xe9\xff.jpg", b"<script>alert(4)<.png", "\"\u0301onfocus=x 猫.jpg".encode()]
LABELS = ["</script><script>document.title='owned'</script>", "\"><img src=x onerror=alert(5)>", "<b>bold</b>",
          "'onclick='alert(6)", "{{name}}", "javascript:alert(7)", "zebra", "apple", "&lt;", "\"\u0301 autofocus onfocus=x"]
done = 0


def check(truth, what):
    global done
    done += 1
    if not truth:
        sys.exit(f"browser: {what}")


def write_pictures(folder):
    os.makedirs(folder)
    for index, name in enumerate(HOSTILE):
        source = ROOT / ("Samples/zone-plate.png" if name.endswith(b"png") else f"Samples/orientation/{index + 1}.jpg")
        shutil.copy(source, os.path.join(os.fsencode(folder), name))
    (folder / "damaged.jpg").write_bytes(b"\xff\xd8\xff\xe0 no picture")


def report(*arguments):
    run = subprocess.run([TOOL, "report", NETWORK, *arguments, "--std", "255"], capture_output=True, text=True,
                         errors="replace")
    check(run.returncode == 1, f"one damaged picture gives status 1, not {run.returncode}: {run.stderr}")
    check("damaged.jpg" in run.stderr, "the damaged picture is named")


ALL_LOADED = """
  const images = Array.from(document.images).filter(image => image.checkVisibility());
  images.forEach(image => image.loading = 'eager');
  return images.length > 0 && images.every(image => image.complete && image.naturalWidth > 0) && images.length"""
INERT = """
  return !document.querySelector('img[src="x"], b, script[src^="javascript"]')
    && document.title !== 'owned'
    && !Array.from(document.querySelectorAll('*')).some(e => Array.from(e.attributes).some(a => /^on/i.test(a.name)))
    && !Array.from(document.querySelectorAll('a, image, use')).some(e => /^javascript:/i.test(e.getAttribute('href')))"""
# What lies over the sheet that is shown leaves out the bar and the tiles: a run of four commands each.
PAPER = """
  const paper = document.querySelector('.layer:not([hidden]) .paper'), covers = Array.from(paper.querySelectorAll('.night'));
  return covers.length === 2 && covers.every(cover => (getComputedStyle(cover).display !== 'none') === arguments[0]
    && cover.firstChild.getAttribute('d').split('M').length > 3)"""
NAMES = "return Array.from(document.querySelectorAll('.gallery li:not([hidden])')).map(li => li.dataset[arguments[0]])"
SHOWN = "return Array.from(document.querySelectorAll('.layer:not([hidden])')).map(s => Number(s.dataset.layer))"


def test_index(browser):
    check(browser.wait(ALL_LOADED) == len(HOSTILE), "every thumbnail of the gallery loads")
    check(browser.run(INERT), "hostile names and labels do nothing in the gallery")
    names = browser.run(NAMES, "name")
    check(len(names) == len(HOSTILE), f"the gallery shows every whole picture: {names}")
    check("<img src=x onerror=alert(1)>.jpg" in names, "names are shown as they are")
    check("damaged.jpg" in browser.run("return document.querySelector('.failed').textContent"),
          "the damaged picture stands among the failures")
    browser.click("input[value=name]")
    by_name = browser.run(NAMES, "name")
    check(by_name == browser.run("return arguments[0].slice().sort(new Intl.Collator(undefined, {numeric: true}).compare)",
                                 names), f"sorted by name: {by_name}")
    browser.click("input[value=probability]")
    shares = [float(p) for p in browser.run(NAMES, "probability")]
    check(shares == sorted(shares, reverse=True), f"sorted by probability: {shares}")
    browser.click("input[name=reverse]")
    shares = [float(p) for p in browser.run(NAMES, "probability")]
    check(shares == sorted(shares), f"reversed: {shares}")
    browser.click("input[value=class]")
    classes = browser.run(NAMES, "class")
    check(all(label in LABELS for label in classes), f"classes have their names: {classes}")
    browser.run("const f = document.querySelector('[name=filter]'); f.value = 'onerror';"
                "f.dispatchEvent(new Event('input', {bubbles: true}))")
    found = browser.run(NAMES, "name")
    check(all("onerror" in n or "onerror" in c for n, c in zip(found, browser.run(NAMES, "class"))) and found,
          f"the filter finds names: {found}")
    browser.run("const f = document.querySelector('[name=filter]'); f.value = '';"
                "f.dispatchEvent(new Event('input', {bubbles: true}))")
    browser.run("document.querySelector('[name=reverse]').click(); document.querySelector('[value=order]').click()")


def test_page(browser, is_single):
    check(browser.wait(ALL_LOADED), "every picture of a page loads")
    check(browser.run(INERT), "hostile names of layers and classes do nothing on a page")
    nodes = browser.run("return document.querySelectorAll('#view .node, body > main .node').length")
    check(nodes == 12, f"every layer is in the diagram: {nodes}")
    check(browser.run(SHOWN) == [1], f"the first layer with a sheet is shown: {browser.run(SHOWN)}")
    for layer in range(nodes):
        browser.run("arguments[0]; document.querySelector(`.node[data-layer=\"${arguments[0]}\"]`)"
                    ".dispatchEvent(new MouseEvent('click', {bubbles: true, cancelable: true}))", layer)
        check(browser.run(SHOWN) == [layer], f"clicking layer {layer} shows it alone")
        if layer > 0:  # the input has no sheet
            check(browser.wait("const i = document.querySelector('.layer:not([hidden]) .sheet img');"
                               "return i && i.complete && i.naturalWidth === Number(i.getAttribute('width'))"),
                  f"the sheet of layer {layer} loads")
    browser.click(".node[data-layer='4']")
    check(browser.run(SHOWN) == [4], "a click of the mouse chooses a layer")
    browser.run("document.querySelector('.node[data-layer=\"4\"]').focus()")
    browser.keys(DOWN)
    check(browser.run(SHOWN) == [5], "the arrow keys lead through the diagram")
    check(browser.run("return document.activeElement.dataset.layer") == "5", "and the focus goes along")
    check(browser.run("return document.querySelectorAll('.node[tabindex=\"0\"]').length") == 1,
          "the diagram is one stop of the tabulator")
    check(browser.run("return document.querySelector('[role=status]').textContent").startswith("Layer "),
          "what is shown is told to screen readers")
    browser.run("document.querySelector('.sortable th:nth-child(7) button').click()")
    values = browser.run("return Array.from(document.querySelectorAll('.sortable tbody td:nth-child(7)'))"
                         ".map(c => c.dataset.value).filter(v => v)")
    check([float(v) for v in values] == sorted(float(v) for v in values) and len(values) == 11,
          f"the table sorts by number: {values}")
    check(browser.run("""
      const ids = Array.from(document.querySelectorAll('[id]')).map(e => e.id);
      return new Set(ids).size === ids.length && document.documentElement.lang === 'en'
        && document.querySelectorAll('main:not([hidden] *)').length >= 1
        && Array.from(document.images).every(i => i.hasAttribute('alt'))
        && Array.from(document.querySelectorAll('section')).every(s => document.getElementById(s.getAttribute('aria-labelledby')))
        && Array.from(document.querySelectorAll('button')).every(b => b.textContent.trim() || b.ariaLabel)"""),
          "ids are unique; pictures, sections and buttons have names")
    name = "return document.querySelector('#view h1, body > main h1').textContent"
    first = browser.run(name)
    check(not browser.run("return document.querySelector('.step[data-step=\"1\"]').hidden"), "there is a next picture")
    browser.run("document.activeElement.blur()")
    browser.keys(RIGHT)
    check(browser.wait(f"{name} !== arguments[0]", first), "the right arrow goes to the next picture")
    check(browser.wait(ALL_LOADED), "whose pictures load")
    check(browser.run("return performance.getEntriesByType('resource').every(e => !/^https?:/.test(e.name))"),
          "nothing is fetched from a network")
    browser.run("document.activeElement.blur()")
    browser.keys(LEFT)
    check(browser.wait(f"{name} === arguments[0]", first), "and the left arrow back")
    browser.click("a.up")
    check(browser.wait("return document.querySelector('.gallery') && document.querySelector('.gallery').checkVisibility()"),
          "a page leads back to the gallery")


def walk(browser, is_single):
    """Every page by its link, as long as there are links."""
    links = browser.run("return Array.from(document.querySelectorAll('.gallery a')).map(a => a.href)")
    for link in links:
        browser.open(link)
        check(browser.wait("return document.querySelector('.layer:not([hidden])') !== null"), f"{link} opens")
        check(browser.wait(ALL_LOADED), f"every picture of {link} loads")
        check(browser.run(INERT), f"{link} is inert")


def main():
    with tempfile.TemporaryDirectory(prefix="fovea-report-") as folder:
        folder = pathlib.Path(folder)
        write_pictures(folder / "pictures")
        (folder / "labels.txt").write_text("\n".join(LABELS) + "\n")
        report(folder / "pictures", "--labels", folder / "labels.txt", "-o", folder / "pages", "--quiet")
        report(folder / "pictures", "--labels", folder / "labels.txt", "--single-file", "-o", folder / "one.html",
               "--layers", "all", "--quiet")
        # The single file alone in a folder: nothing beside it can help.
        (folder / "alone").mkdir()
        shutil.move(folder / "one.html", folder / "alone/one.html")
        for dark in (False, True):
            with Browser(dark=dark) as browser:
                for address, is_single in ((folder / "pages/index.html", False), (folder / "alone/one.html", True)):
                    browser.open(address.as_uri())
                    ground = browser.run("return getComputedStyle(document.body).backgroundColor")
                    check((sum(json.loads("[" + ground[4:-1] + "]")) < 384) == dark, f"the page follows the theme: {ground}")
                    if not dark:
                        test_index(browser)
                    browser.click(".gallery a")
                    browser.wait("return document.querySelector('.layer:not([hidden])') !== null")
                    check(browser.run(PAPER, dark), f"at night, and only then, sheets are no white paper: dark {dark}")
                    if dark:
                        continue
                    test_page(browser, is_single)
                    walk(browser, is_single)
                complaints = browser.complaints()
                check(not complaints, "the console is silent: " + "; ".join(complaints[:3]))
    print(f"browser: {done} checks passed")


main()
