// The UI row of `cargo xtask bench`: a contract of 200 pages on the signing desk in real Chromium. Prints one row a line, as
// `xtask/src/bench.rs` reads it; judges nothing.

import { begin, deskReady, fillMissing, freeze, worker } from "../acts.mjs";
import { story } from "../browser.mjs";
import { SUPPLIER, pushAward } from "../world.mjs";

/** Lines of the award, and characters of each specification, that fill 200 pages. */
const LINES = 1_900;
const SPECIFICATION = "规格参数按采购文件执行，含运输、安装、调试、培训和质保期内的上门服务。".repeat(3);
const VISITS = 9;

function row(work, measured, target, note) {
  console.log(JSON.stringify({ level: "UI", work, measured, unit: "ms", sense: "at_most", target, note }));
}

/** An award whose contract has many pages. */
const longAward = () =>
  pushAward("goods-devices", (award) => {
    award.items = Array.from({ length: LINES }, (_, index) => ({
      no: String(index + 1),
      name: `便携式计算机${String(index + 1).padStart(4, "0")}`,
      catalogue: "A02010108",
      brand: "示例牌",
      spec: SPECIFICATION,
      unit: "台",
      quantity: "2",
      unit_price: "5980.00",
      amount: "11960.00",
    }));
    award.amount = `${11_960 * LINES}.00`;
  });

/** Milliseconds from the click that opens the desk to its first page on the screen, measured inside the page. */
async function opened(page) {
  await page.evaluate(() => {
    window.firstPage = new Promise((done) => {
      const clicked = () => {
        const since = performance.now();
        const look = () => {
          const drawn = location.pathname.endsWith("/sign") && document.querySelector('.viewer .pdf-page[data-page="0"] canvas');
          // The next frame is the one that shows it.
          if (drawn) requestAnimationFrame(() => done(performance.now() - since));
          else requestAnimationFrame(look);
        };
        look();
      };
      document.addEventListener("click", clicked, { once: true, capture: true });
    });
  });
  await page.getByRole("button", { name: "去签章" }).click();
  return page.evaluate(() => window.firstPage);
}

/** Scrolls through the pages, half a window at a time, and gives the longest time that a page in the window was without its picture. */
const scrolled = (page, steps) =>
  page.evaluate(async (steps) => {
    const viewer = document.querySelector(".viewer");
    const blank = new Map();
    let longest = 0;
    let pages = 0;
    const frame = () => new Promise((done) => requestAnimationFrame(done));
    const look = () => {
      const window_ = viewer.getBoundingClientRect();
      const now = performance.now();
      const inside = [...viewer.querySelectorAll(".pdf-page")].filter((sheet) => {
        const box = sheet.getBoundingClientRect();
        return box.bottom > window_.top + 20 && box.top < window_.bottom - 20;
      });
      // Where no page stands at all, the whole window is blank.
      const bare = inside.length === 0 ? ["none"] : inside.filter((sheet) => !sheet.querySelector("canvas")).map((sheet) => sheet.dataset.page);
      for (const key of bare) if (!blank.has(key)) blank.set(key, now);
      for (const [key, since] of blank) {
        longest = Math.max(longest, now - since);
        if (!bare.includes(key)) blank.delete(key);
      }
      pages = Math.max(pages, ...inside.map((sheet) => Number(sheet.dataset.page)));
    };
    for (let step = 0; step < steps; step += 1) {
      viewer.scrollTop += viewer.clientHeight / 2;
      const until = performance.now() + 250;
      while (performance.now() < until) {
        await frame();
        look();
      }
    }
    return { longest, pages };
  }, steps);

story("the desk with a contract of 200 pages", async () => {
  const page = await worker(SUPPLIER.jiaozuo);
  const id = await begin(page, await longAward());
  await fillMissing(page);
  await freeze(page);
  // Only pages nearby exist; all are as tall as the first.
  const pages = await page.evaluate(() => {
    const top = (index) => document.querySelector(`.viewer .pdf-page[data-page="${index}"]`).getBoundingClientRect().top;
    return Math.round(document.querySelector(".viewer").scrollHeight / (top(1) - top(0)));
  });
  await page.goto(`/contracts/${id}`);
  const walls = [];
  for (let visit = 0; visit < VISITS; visit += 1) {
    walls.push(await opened(page));
    await deskReady(page);
    if (visit + 1 < VISITS) await page.goBack();
  }
  const [first, ...warm] = walls.map((wall) => Math.round(wall));
  warm.sort((one, other) => one - other);
  row("first page of a long contract visible, from the click", warm[warm.length >> 1], 500, `${pages} pages; worst ${warm.at(-1)} ms, the first time ${first} ms`);
  const scroll = await scrolled(page, 60);
  row("longest a page in the window is blank while scrolling", Math.round(scroll.longest), 200, `to page ${scroll.pages + 1}, half a window each 250 ms`);
});
