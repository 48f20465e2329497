# Writes the tables that other programs write, with pandas, pyarrow, openpyxl and Hugging Face datasets.
import base64, datetime, decimal, io

import datasets, numpy, openpyxl, pandas, pyarrow, pyarrow.parquet
from PIL import Image


def png(color, size=(3, 2)):
    out = io.BytesIO()
    Image.new("RGB", size, color).save(out, "png")
    return out.getvalue()


red, blue = png("red"), png("blue")
rows = pandas.DataFrame({
    "index": [7, 8, 9],
    "image": [base64.b64encode(red).decode(), "7", str([base64.b64encode(red).decode(), base64.b64encode(blue).decode()])],
    "question": ['Is it "red"?\nSay yes or no.', "Tab\there?", "Which, or both; or none?"],
    "answer": ["yes", "None", ""],
})
rows.to_csv("pandas.tsv", sep="\t", index=False, quoting=1)
rows.to_csv("pandas.csv")
rows.to_json("pandas.json")
rows.to_json("records.json", orient="records", indent=1)
rows.to_json("split.json", orient="split")
rows.to_json("pandas.jsonl", orient="records", lines=True)

datasets.Dataset.from_dict({
    "question": ["Red?", "Blue?"],
    "image": [{"bytes": red, "path": "red.png"}, {"bytes": blue, "path": None}],
    "images": [[{"bytes": red, "path": None}], [{"bytes": red, "path": None}, {"bytes": blue, "path": None}]],
    "label": [1, 0],
    "answers": [["red", "crimson"], []],
}, features=datasets.Features({
    "question": datasets.Value("string"), "image": datasets.Image(), "images": datasets.Sequence(datasets.Image()),
    "label": datasets.ClassLabel(names=["no", "yes"]), "answers": datasets.Sequence(datasets.Value("string")),
})).to_parquet("huggingface.parquet")

pyarrow.parquet.write_table(pyarrow.table({
    "text": pyarrow.array(["a", None], pyarrow.string()),
    "big": pyarrow.array([2**63 - 1, None], pyarrow.int64()),
    "unsigned": pyarrow.array([2**64 - 1, 0], pyarrow.uint64()),
    "half": pyarrow.array([numpy.float16(0.5), None], pyarrow.float16()),
    "single": pyarrow.array([0.1, float("nan")], pyarrow.float32()),
    "truth": pyarrow.array([True, False]),
    "day": pyarrow.array([datetime.date(2026, 2, 28), None]),
    "time": pyarrow.array([datetime.datetime(2026, 2, 28, 12, 30, 0, 5000), None], pyarrow.timestamp("us")),
    "price": pyarrow.array([decimal.Decimal("-12.30"), None], pyarrow.decimal128(10, 2)),
    "map": pyarrow.array([[("k", 1)], []], pyarrow.map_(pyarrow.string(), pyarrow.int32())),
    "nested": pyarrow.array([{"list": [{"x": [1, 2]}, {"x": []}, None, {"x": None}]}, {"list": None}]),
    "boxes": pyarrow.array([[[0.1, 0.2], [0.3, 0.4]], [[], [0.5]]]),
}), "types.parquet", compression="zstd", row_group_size=1)

book = openpyxl.Workbook()
sheet = book.active
for row in [
    ["name", "n", "share", "yes", "day", None],
    ["007", 7, 0.5, True, datetime.date(2026, 2, 28), None],
    [],
    ["two\nlines", 12345678901234, 0.1 + 0.2, False, None, None],
    ["=1+1", None, None, None, None, None],
]:
    sheet.append(row)
sheet["C2"].number_format = "0%"
book.create_sheet("other").append(["not", "read"])
book.save("excel.xlsx")
