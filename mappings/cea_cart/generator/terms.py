"""Adverse event terms: Chinese, English, preferred term and its groups, usual course."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Term:
    """A term with where it stands in the dictionary. `grades` is what is usual."""

    chinese: str
    english: str
    pt: str
    hlt: str
    hlgt: str
    soc: str


_GI = "Gastrointestinal disorders"
_INV = "Investigations"
_GEN = "General disorders and administration site conditions"
_MET = "Metabolism and nutrition disorders"
_NEU = "Nervous system disorders"
_RES = "Respiratory, thoracic and mediastinal disorders"
_INF = "Infections and infestations"
_HAE = "Haematology investigations (incl blood groups)"
_HEP = "Hepatobiliary investigations"
_GIS = "Gastrointestinal signs and symptoms"
_NONE = "Decreased and nonspecific blood pressure disorders and shock"
_SYS = "General system disorders NEC"
_WBC = "White blood cell analyses"
_LIV = "Liver function analyses"
_NAU = "Nausea and vomiting symptoms"
_GAS = "Conditions associated with abnormal gas exchange"
_SKIN = "Skin and subcutaneous tissue disorders"
_MUS = "Musculoskeletal and connective tissue disorders"
_ICA = "Immune effector cell-associated neurotoxicity syndrome"

TERMS: dict[str, Term] = {
    key: Term(*rest)
    for key, *rest in (
        ("crs", "细胞因子释放综合征", "Cytokine release syndrome", "Cytokine release syndrome",
         "Immune and associated conditions NEC", "Immune disorders NEC", "Immune system disorders"),
        ("icans", "免疫效应细胞相关神经毒性综合征", _ICA, _ICA,
         "Encephalopathies toxic and metabolic", "Encephalopathies", _NEU),
        ("fever", "发热", "Fever", "Pyrexia", "Febrile disorders",
         "Body temperature conditions", _GEN),
        ("lym", "淋巴细胞计数降低", "Lymphocyte count decreased", "Lymphocyte count decreased",
         _WBC, _HAE, _INV),
        ("neut", "中性粒细胞计数降低", "Neutrophil count decreased", "Neutrophil count decreased",
         _WBC, _HAE, _INV),
        ("wbc", "白细胞计数降低", "White blood cell decreased", "White blood cell count decreased",
         _WBC, _HAE, _INV),
        ("plt", "血小板计数降低", "Platelet count decreased", "Platelet count decreased",
         "Platelet analyses", _HAE, _INV),
        ("anaemia", "贫血", "Anemia", "Anaemia", "Anaemias NEC",
         "Anaemias nonhaemolytic and marrow depression", "Blood and lymphatic system disorders"),
        ("nausea", "恶心", "Nausea", "Nausea", _NAU, _GIS, _GI),
        ("vomit", "呕吐", "Vomiting", "Vomiting", _NAU, _GIS, _GI),
        ("diarrhoea", "腹泻", "Diarrhea", "Diarrhoea", "Diarrhoea (excl infective)",
         "Gastrointestinal motility and defaecation conditions", _GI),
        ("constip", "便秘", "Constipation", "Constipation",
         "Gastrointestinal atonic and hypomotility disorders NEC",
         "Gastrointestinal motility and defaecation conditions", _GI),
        ("abdpain", "腹痛", "Abdominal pain", "Abdominal pain",
         "Gastrointestinal and abdominal pains (excl oral and throat)", _GIS, _GI),
        ("colitis", "结肠炎", "Colitis", "Colitis", "Colitis (excl infective)",
         "Gastrointestinal inflammatory conditions", _GI),
        ("obstr", "肠梗阻", "Bowel obstruction", "Intestinal obstruction",
         "Gastrointestinal stenosis and obstruction NEC",
         "Gastrointestinal stenosis and obstruction", _GI),
        ("fatigue", "乏力", "Fatigue", "Fatigue", "Asthenic conditions", _SYS, _GEN),
        ("chills", "寒战", "Chills", "Chills", "Feelings and sensations NEC", _SYS, _GEN),
        ("oedema", "双下肢水肿", "Edema of both legs", "Oedema peripheral", "Oedema NEC",
         _SYS, _GEN),
        ("appetite", "食欲下降", "Decreased appetite", "Decreased appetite", "Appetite disorders",
         "Appetite and general nutritional disorders", _MET),
        ("kalium", "低钾血症", "Hypokalemia", "Hypokalaemia", "Potassium imbalance",
         "Electrolyte and fluid balance conditions", _MET),
        ("albumin", "低白蛋白血症", "Hypoalbuminemia", "Hypoalbuminaemia",
         "Protein metabolism disorders NEC",
         "Protein and amino acid metabolism disorders NEC", _MET),
        ("alt", "丙氨酸氨基转移酶升高", "ALT increased", "Alanine aminotransferase increased",
         _LIV, _HEP, _INV),
        ("ast", "天门冬氨酸氨基转移酶升高", "AST increased", "Aspartate aminotransferase increased",
         _LIV, _HEP, _INV),
        ("bili", "血胆红素升高", "Blood bilirubin increased", "Blood bilirubin increased",
         _LIV, _HEP, _INV),
        ("hypotension", "低血压", "Hypotension", "Hypotension", "Vascular hypotensive disorders",
         _NONE, "Vascular disorders"),
        ("hypoxia", "低氧血症", "Hypoxia", "Hypoxia", _GAS, "Respiratory disorders NEC", _RES),
        ("cough", "咳嗽", "Cough", "Cough", "Coughing and associated symptoms",
         "Respiratory disorders NEC", _RES),
        ("pneumonia", "肺部感染", "Lung infection", "Pneumonia",
         "Lower respiratory tract and lung infections", "Infections - pathogen unspecified", _INF),
        ("uri", "上呼吸道感染", "Upper respiratory infection", "Upper respiratory tract infection",
         "Upper respiratory tract infections", "Infections - pathogen unspecified", _INF),
        ("sepsis", "脓毒症", "Sepsis", "Sepsis",
         "Sepsis, bacteraemia, viraemia and fungaemia NEC", "Infections - pathogen unspecified",
         _INF),
        ("headache", "头痛", "Headache", "Headache", "Headaches NEC", "Headaches", _NEU),
        ("dizzy", "头晕", "Dizziness", "Dizziness", "Neurological signs and symptoms NEC",
         "Neurological disorders NEC", _NEU),
        ("rash", "皮疹", "Rash", "Rash", "Rashes, eruptions and exanthems NEC",
         "Epidermal and dermal conditions", _SKIN),
        ("back", "背痛", "Back pain", "Back pain",
         "Musculoskeletal and connective tissue pain and discomfort",
         "Musculoskeletal and connective tissue disorders NEC", _MUS),
        ("insomnia", "失眠", "Insomnia", "Insomnia",
         "Disturbances in initiating and maintaining sleep",
         "Sleep disorders and disturbances", "Psychiatric disorders"),
    )
}  # fmt: skip
