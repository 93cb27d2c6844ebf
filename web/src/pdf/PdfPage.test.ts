import { mount } from "@vue/test-utils";
import { nextTick } from "vue";
import { describe, expect, it, vi } from "vitest";
import type { PdfFile, Picture, TextRun } from "./engine";
import PdfPage from "./PdfPage.vue";

vi.mock("./engine", () => ({}));

/** A file whose pages say one thing. */
function saying(text: string, cancelled: string[]): PdfFile {
  const lay = (_: number, container: HTMLElement): TextRun => {
    const span = document.createElement("span");
    span.textContent = text;
    container.append(span);
    return { done: Promise.resolve(), cancel: () => cancelled.push(text) };
  };
  return { text: vi.fn(lay) } as unknown as PdfFile;
}

async function settle(): Promise<void> {
  await nextTick();
  await nextTick();
}

describe("the text over a page", () => {
  const picture = (): Picture => ({ canvas: document.createElement("canvas"), covers: { width: 210, height: 297 } });
  const page = (file: PdfFile | null) =>
    mount(PdfPage, { props: { index: 0, label: "1", brokenText: "", file, picture: picture(), broken: false, zoom: 1, readable: true } });

  it("is that of the file whose picture is shown, also after a live preview brought another", async () => {
    const cancelled: string[] = [];
    const [before, after] = [saying("交货期 30 日", cancelled), saying("交货期 45 日", cancelled)];
    const shown = page(before);
    await settle();
    expect(shown.text()).toBe("交货期 30 日");
    await shown.setProps({ file: after, picture: picture() });
    await settle();
    expect(shown.text()).toBe("交货期 45 日");
    expect(cancelled).toEqual(["交货期 30 日"]);
    // A zoom brings another picture of the same file: its text stays.
    await shown.setProps({ picture: picture(), zoom: 2 });
    await settle();
    expect(after.text).toHaveBeenCalledTimes(1);
    shown.unmount();
  });

  it("waits until the page is read, and goes with the file", async () => {
    const file = saying("第一条", []);
    const shown = page(null);
    await settle();
    expect(shown.text()).toBe("");
    await shown.setProps({ file, readable: false });
    await settle();
    expect(file.text).not.toHaveBeenCalled();
    await shown.setProps({ readable: true });
    await settle();
    expect(shown.text()).toBe("第一条");
    await shown.setProps({ file: null });
    await settle();
    expect(shown.text()).toBe("");
    shown.unmount();
  });
});
