// pdf.js' worker, compiled for the browsers that the application is compiled for.
import "./newer";
import "pdfjs-dist/legacy/build/pdf.worker.min.mjs";

// A file that is given up while it is being opened ends in an error that pdf.js throws where nobody listens.
self.addEventListener("unhandledrejection", (event) => {
  if (event.reason instanceof Error && event.reason.message === "Worker was terminated") event.preventDefault();
});
