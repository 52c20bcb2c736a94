#!/usr/bin/env python3
"""Opens the page that `make lecture` writes in a headless Chromium: pictures, formulas, contents, themes, narrow windows.

    Scripts/browser/test_lecture.py FOVEA LECTURE
"""
import json
import pathlib
import subprocess
import sys
import tempfile

from webdriver import Browser

ROOT = pathlib.Path(__file__).resolve().parents[2]
TOOL, LECTURE = (pathlib.Path(argument).resolve() for argument in sys.argv[1:3])
done = 0


def check(truth, what):
    global done
    done += 1
    if not truth:
        sys.exit(f"lecture: {what}")


# Pictures inside drawings say nothing about whether they loaded, so each is loaded once more by itself.
EVERY_PICTURE = """
  const inside = Array.from(document.querySelectorAll('svg image')).map(e => e.getAttribute('href'));
  if (!window.loads) window.loads = Array.from(new Set(inside)).map(a => Object.assign(new Image(), {src: a}));
  const all = Array.from(document.images).concat(window.loads);
  all.forEach(image => image.loading = 'eager');
  return all.every(image => image.complete && image.naturalWidth > 0) && all.length"""
SOUND = """
  const ids = Array.from(document.querySelectorAll('[id]')).map(e => e.id);
  const problems = [];
  if (new Set(ids).size !== ids.length) problems.push('ids repeat');
  if (document.documentElement.lang !== 'en') problems.push('no language');
  document.querySelectorAll('a[href^="#"]').forEach(a => {
    if (!document.getElementById(a.getAttribute('href').slice(1))) problems.push('no ' + a.getAttribute('href')); });
  document.querySelectorAll('img').forEach(i => { if (!i.alt) problems.push('no alt: ' + i.src); });
  document.querySelectorAll('svg:not([aria-hidden])').forEach(s => {
    if (s.getAttribute('role') !== 'img' || !s.getAttribute('aria-label')) problems.push('a drawing without a name'); });
  document.querySelectorAll('section').forEach(s => {
    if (!document.getElementById(s.getAttribute('aria-labelledby'))) problems.push('section without a name: ' + s.id);
    if (!s.querySelector('p')) problems.push('section without words: ' + s.id);
    if (!s.querySelector('pre')) problems.push('section without a command: ' + s.id); });
  document.querySelectorAll('math').forEach(m => {
    const box = m.getBoundingClientRect();
    if (box.height < 12 || box.width < 40) problems.push('a formula that is not drawn: ' + m.textContent); });
  document.querySelectorAll('polyline').forEach(p => {
    if (/NaN|inf/i.test(p.getAttribute('points')) || !p.getAttribute('points')) problems.push('a curve without points'); });
  return problems"""


def main():
    with tempfile.TemporaryDirectory(prefix="fovea-lecture-") as folder:
        page = pathlib.Path(folder, "page")
        subprocess.run([LECTURE, TOOL, "-o", page, "--steps", "20"], cwd=ROOT, check=True, stdout=subprocess.DEVNULL,
                       stderr=subprocess.DEVNULL)
        exhibits = json.loads((page / "lecture.json").read_text())["exhibits"]
        for dark in (False, True):
            for width in (1400, 390):
                with Browser(width=width, dark=dark) as browser:
                    browser.devtools("Emulation.setDeviceMetricsOverride", {
                        "width": width, "height": 900, "deviceScaleFactor": 2, "mobile": width < 500})
                    browser.open((page / "index.html").as_uri())
                    pictures = browser.wait(EVERY_PICTURE)
                    check(pictures and pictures >= 30, f"every picture loads: {pictures}")
                    problems = browser.run(SOUND)
                    check(not problems, "; ".join(problems[:3]))
                    ids = browser.run("return Array.from(document.querySelectorAll('section')).map(s => s.id)")
                    check(ids == [e["id"] for e in exhibits], "every exhibit has its section, in order")
                    wide = browser.run("return document.documentElement.scrollWidth")
                    check(wide <= width, f"nothing sticks out of a window {width} wide: {wide}")
                    ground, ink = browser.run("""const s = getComputedStyle(document.body);
                        return [s.backgroundColor, s.color].map(c => c.match(/\\d+/g).slice(0, 3).map(Number))""")
                    check((sum(ground) < 384) == dark and abs(sum(ground) - sum(ink)) > 400, "the page follows the theme")
                    browser.keys("\ue004\ue007")  # tabulator, return: the first stop leads past the list
                    check(browser.run("return document.activeElement.id") == "content", "the keyboard skips to the exhibits")
                    check(browser.run("return performance.getEntriesByType('resource').every(e => !/^https?:/.test(e.name))"),
                          "nothing is fetched from a network")
                    complaints = browser.complaints()
                    check(not complaints, "the console is silent: " + "; ".join(complaints[:3]))
    print(f"lecture: {done} checks passed")


main()
