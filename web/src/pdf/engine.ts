// The one place that speaks to pdf.js: opening a file, sizes of pages, pictures of pages, their text. Everything it loads (worker, character
// maps, standard fonts, decoders) comes from our own origin, and nothing is compiled from strings: the content security policy forbids both.
import "./newer";
import {
  AbortException,
  AnnotationMode,
  getDocument,
  GlobalWorkerOptions,
  PDFDataRangeTransport,
  PDFWorker,
  RenderingCancelledException,
  TextLayer,
  VerbosityLevel,
  type PDFDocumentProxy,
  type PDFPageProxy,
} from "pdfjs-dist/legacy/build/pdf.min.mjs";
import workerUrl from "./worker?worker&url";
import { pdfToBox, pointsToMm, raster, seenSize, toRotation, type Box, type PageFrame, type Size } from "./geometry";
import { Loss } from "./loss";

GlobalWorkerOptions.workerSrc = workerUrl;

/** Where the bundler puts pdf.js' own files; see pdfjs-assets.ts beside vite.config.ts. */
const ASSETS = "/assets/pdfjs/";
/** The most pixels of one canvas; more make phones drop it. */
const MOST_PIXELS = 16_000_000;
/** How much is read at once when a file is read in parts: fewer round trips weigh more than bytes that nobody looks at. */
const PART = 262_144;

/** A part of a file, or all of it if the server does not send parts. */
export interface Part {
  bytes: Uint8Array;
  /** The length of the whole file. */
  total: number;
}

/** How a file is fetched: bytes from `begin` up to `end`, not including it. */
export type Source = (begin: number, end: number) => Promise<Part>;

/** A page drawn into a canvas. */
export interface Picture {
  canvas: HTMLCanvasElement;
  /** What of the page the canvas covers, mm: whole pixels, so up to one less than the page. */
  covers: Size;
}

/** A piece of a page's text, mm. */
export interface TextPiece {
  text: string;
  x: number;
  y: number;
  width: number;
  height: number;
}

/** A text layer being laid over a page. */
export interface TextRun {
  done: Promise<void>;
  cancel(): void;
}

let worker: PDFWorker | null = null;

/** Starts the worker before it is needed, so that opening a file does not wait for it. */
export function warmUp(): PDFWorker {
  if (!worker || worker.destroyed) {
    // Its warnings speak of files, which the reader cannot mend.
    worker = new PDFWorker({ verbosity: VerbosityLevel.ERRORS });
  }
  return worker;
}

/** Whether an error only says that somebody scrolled on. */
export function isCancelled(error: unknown): boolean {
  return error instanceof RenderingCancelledException || error instanceof AbortException;
}

class Parts extends PDFDataRangeTransport {
  constructor(
    total: number,
    first: Uint8Array,
    private readonly source: Source,
    private readonly failed: (error: unknown) => void,
  ) {
    super(total, first);
  }

  override requestDataRange(begin: number, end: number): void {
    this.source(begin, end).then(
      (part) => this.onDataRange(begin, part.bytes),
      (error: unknown) => this.failed(error),
    );
  }
}

/** An open PDF file. */
export class PdfFile {
  private readonly pages = new Map<number, Promise<PDFPageProxy>>();

  private constructor(
    private readonly document: PDFDocumentProxy,
    private readonly loss: Loss,
  ) {}

  /** Fails once a part of the file did not come: what is asked of it from then on fails too. */
  get lost(): Promise<never> {
    return this.loss.told;
  }

  /** Opens a file, reading no more of it than the first page asks for if the server sends parts. */
  static async open(source: Source): Promise<PdfFile> {
    const warm = warmUp();
    const first = await source(0, PART);
    const whole = first.bytes.length >= first.total;
    const loss = new Loss();
    const task = getDocument({
      ...(whole
        ? { data: first.bytes }
        : { range: new Parts(first.total, first.bytes, source, (error) => loss.happened(error)) }),
      worker: warm,
      rangeChunkSize: PART,
      disableAutoFetch: true,
      disableStream: true,
      enableXfa: false,
      verbosity: VerbosityLevel.ERRORS,
      useWasm: false,
      cMapUrl: `${ASSETS}cmaps/`,
      cMapPacked: true,
      standardFontDataUrl: `${ASSETS}standard_fonts/`,
      wasmUrl: `${ASSETS}wasm/`,
    });
    try {
      return new PdfFile(await loss.answer(task.promise), loss);
    } catch (error) {
      void task.destroy();
      throw error;
    }
  }

  get pageCount(): number {
    return this.document.numPages;
  }

  private page(index: number): Promise<PDFPageProxy> {
    const known = this.pages.get(index);
    if (known) return known;
    const page = this.loss.answer(this.document.getPage(index + 1));
    this.pages.set(index, page);
    return page;
  }

  /** CropBox, rotation and unit of a page. */
  async frame(index: number): Promise<PageFrame> {
    const page = await this.page(index);
    const [x0 = 0, y0 = 0, x1 = 0, y1 = 0] = page.view;
    return { crop: { x0, y0, x1, y1 }, rotate: toRotation(page.rotate), userUnit: page.userUnit };
  }

  /** The size of a page as seen, mm. */
  async size(index: number): Promise<Size> {
    return seenSize(await this.frame(index));
  }

  /** The sizes of all pages. */
  async sizes(): Promise<Size[]> {
    return Promise.all(Array.from({ length: this.pageCount }, (_, index) => this.size(index)));
  }

  /** The box of a form field on a page as seen, mm; none if the page does not show it. */
  async field(index: number, name: string): Promise<Box | undefined> {
    const found: { fieldName?: string; rect: number[] }[] = await this.loss.answer((await this.page(index)).getAnnotations());
    const rect = found.find((one) => one.fieldName === name)?.rect;
    if (!rect) return undefined;
    const [x0 = 0, y0 = 0, x1 = 0, y1 = 0] = rect;
    return pdfToBox(await this.frame(index), { x0, y0, x1, y1 });
  }

  /** The pieces of a page's text in reading order, each with its box in mm from the upper left corner of the page as seen. */
  async pieces(index: number): Promise<TextPiece[]> {
    const page = await this.page(index);
    const { items } = await this.loss.answer(page.getTextContent());
    // At one CSS pixel a point, turned and cropped as it is seen.
    const viewport = page.getViewport({ scale: 1 });
    return items.flatMap((item) => {
      if (!("str" in item) || item.str === "") return [];
      const [left, bottom] = viewport.convertToViewportPoint(Number(item.transform[4]), Number(item.transform[5])) as [number, number];
      const box = { x: left, y: bottom - item.height, width: item.width, height: item.height };
      return [{ text: item.str, x: pointsToMm(box.x), y: pointsToMm(box.y), width: pointsToMm(box.width), height: pointsToMm(box.height) }];
    });
  }

  /** Draws a page into a canvas at a zoom (1 = true size) for a screen of `ratio` device pixels a CSS pixel; `signal` gives it up. */
  async render(index: number, canvas: HTMLCanvasElement, zoom: number, ratio: number, signal: AbortSignal): Promise<Picture> {
    const page = await this.page(index);
    if (signal.aborted) throw new AbortException("given up");
    const { width, height, scale } = raster(seenSize(await this.frame(index)), zoom, ratio, MOST_PIXELS);
    canvas.width = width;
    canvas.height = height;
    // The viewport counts in points and knows the page's own unit already.
    const viewport = page.getViewport({ scale });
    const task = page.render({ canvas, viewport, annotationMode: AnnotationMode.ENABLE, background: "#ffffff" });
    const cancel = () => task.cancel();
    signal.addEventListener("abort", cancel, { once: true });
    try {
      await this.loss.answer(task.promise);
    } catch (error) {
      task.cancel();
      throw error;
    } finally {
      signal.removeEventListener("abort", cancel);
    }
    return { canvas, covers: { width: pointsToMm(width / scale), height: pointsToMm(height / scale) } };
  }

  /** Lays selectable text over a page; `container` is a `.textLayer` with the size of the page. */
  text(index: number, container: HTMLElement, zoom: number): TextRun {
    let layer: TextLayer | null = null;
    let cancelled = false;
    const run = async () => {
      const page = await this.page(index);
      if (cancelled) return;
      const viewport = page.getViewport({ scale: (zoom * 96) / 72 });
      layer = new TextLayer({ textContentSource: page.streamTextContent(), container, viewport });
      await this.loss.answer(layer.render());
    };
    const done = run().catch((error: unknown) => {
      if (!isCancelled(error)) throw error;
    });
    return {
      done,
      cancel: () => {
        cancelled = true;
        layer?.cancel();
      },
    };
  }

  /** Lets go of what pdf.js keeps of a page that is no longer near. */
  async release(index: number): Promise<void> {
    const page = this.pages.get(index);
    this.pages.delete(index);
    // What could not be read has nothing to let go of.
    await page?.then((read) => read.cleanup(), () => undefined);
  }

  /** Closes the file; the worker stays for the next one. */
  async close(): Promise<void> {
    await this.document.loadingTask.destroy();
  }
}
