// @vitest-environment node
// Where we say something is seen is where pdf.js shows it: on pages of every rotation, with a CropBox away from the origin and a UserUnit.
import "./newer";
import { getDocument } from "pdfjs-dist/legacy/build/pdf.mjs";
import { describe, expect, it } from "vitest";
import { POINTS_PER_MM, boxToPdf, seenSize, toRotation, toSeen, type PageFrame } from "./geometry";

/** A file of empty pages. */
function pdf(pages: { rotate: number; unit: number }[]): Uint8Array {
  const objects = [
    "<< /Type /Catalog /Pages 2 0 R >>",
    `<< /Type /Pages /Count ${pages.length} /Kids [${pages.map((_, index) => `${index + 3} 0 R`).join(" ")}] >>`,
    ...pages.map(
      ({ rotate, unit }) =>
        `<< /Type /Page /Parent 2 0 R /MediaBox [-20 -30 700 900] /CropBox [30 50 330 650] /Rotate ${rotate} /UserUnit ${unit} >>`,
    ),
  ];
  let text = "%PDF-1.7\n";
  const at = objects.map((object, index) => {
    const offset = text.length;
    text += `${index + 1} 0 obj\n${object}\nendobj\n`;
    return offset;
  });
  const start = text.length;
  text += `xref\n0 ${objects.length + 1}\n0000000000 65535 f \n${at.map((offset) => `${String(offset).padStart(10, "0")} 00000 n \n`).join("")}`;
  text += `trailer\n<< /Size ${objects.length + 1} /Root 1 0 R >>\nstartxref\n${start}\n%%EOF\n`;
  return new TextEncoder().encode(text);
}

describe("pdf.js and our geometry", () => {
  it("agree on every rotation, crop and unit", async () => {
    const wanted = [0, 90, 180, 270, -90, 450].flatMap((rotate) => [1, 2.5].map((unit) => ({ rotate, unit })));
    const file = await getDocument({ data: pdf(wanted), useSystemFonts: false }).promise;
    for (const [index, { rotate, unit }] of wanted.entries()) {
      const page = await file.getPage(index + 1);
      const [x0 = 0, y0 = 0, x1 = 0, y1 = 0] = page.view;
      const frame: PageFrame = { crop: { x0, y0, x1, y1 }, rotate: toRotation(page.rotate), userUnit: page.userUnit };
      expect([frame.rotate, frame.userUnit]).toEqual([toRotation(rotate), unit]);
      // One unit of this viewport is a millimetre.
      const viewport = page.getViewport({ scale: 1 / POINTS_PER_MM });
      const size = seenSize(frame);
      expect(viewport.width).toBeCloseTo(size.width, 6);
      expect(viewport.height).toBeCloseTo(size.height, 6);
      for (const point of [{ x: 30, y: 50 }, { x: 100, y: 200 }, { x: 330, y: 650 }]) {
        const [x, y] = viewport.convertToViewportPoint(point.x, point.y);
        const seen = toSeen(frame, point);
        expect(seen.x).toBeCloseTo(x ?? NaN, 6);
        expect(seen.y).toBeCloseTo(y ?? NaN, 6);
      }
      const box = { x: 12.5, y: 20, width: 42, height: 40 };
      const rect = boxToPdf(frame, box);
      const corners = [viewport.convertToViewportPoint(rect.x0, rect.y0), viewport.convertToViewportPoint(rect.x1, rect.y1)];
      const [xs, ys] = [corners.map(([x]) => x ?? NaN), corners.map(([, y]) => y ?? NaN)];
      expect(Math.min(...xs)).toBeCloseTo(12.5, 6);
      expect(Math.min(...ys)).toBeCloseTo(20, 6);
      expect(Math.max(...xs) - Math.min(...xs)).toBeCloseTo(42, 6);
      expect(Math.max(...ys) - Math.min(...ys)).toBeCloseTo(40, 6);
    }
  });
});
