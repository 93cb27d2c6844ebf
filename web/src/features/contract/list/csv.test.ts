import { expect, it } from "vitest";
import { csv } from "./csv";

it("quotes what would break a row", () => {
  expect(csv([["a", 'b "c"', "d,e"], ["f\ng", "", "1,025,826.73"]])).toBe('\ufeffa,"b ""c""","d,e"\r\n"f\ng",,"1,025,826.73"\r\n');
});

it("lets no title become a formula", () => {
  expect(csv([["=HYPERLINK(1)", "@x", "-1.00", "-x"]])).toBe("\ufeff'=HYPERLINK(1),'@x,-1.00,'-x\r\n");
});
