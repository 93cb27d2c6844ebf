// The smaller file has the same exports; only the larger one brings its types.
declare module "pdfjs-dist/legacy/build/pdf.min.mjs" {
  export * from "pdfjs-dist";
}
