// pdf.js' worker, compiled for the browsers that the application is compiled for.
import "./newer";
import "pdfjs-dist/legacy/build/pdf.worker.min.mjs";
