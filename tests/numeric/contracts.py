"""Rows of what refuses a network and data that do not fit their loss: sentences, and no numbers."""

from tests.numeric.rows import No, Row, row

CONTRACT = "objectives_contract::"
REFUSES = No("refuses, and computes nothing")
CONTRACTS = {
    "ClassesContract": ("TestFittingPairs::logits_of_classes", "TestClasses::softmax_into_a_logits_loss"),
    "LogProbabilitiesContract": (
        "TestFittingPairs::log_probabilities",
        "TestClasses::logits_or_probabilities_into_a_likelihood",
    ),
    "BinaryContract": ("TestFittingPairs::one_logit_or_quantity", "TestOneNumber::sigmoid_into_a_logit_loss"),
    "QuantityContract": ("TestFittingPairs::one_logit_or_quantity", "TestOneNumber::column_against_row"),
    "answer": ("TestFittingPairs::logits_of_classes", "TestNumbersThatAreNone::in_the_output"),
    "unnoticed": (
        "TestChecked::first_batch_gives_the_same_loss_and_chance_as_without",
        "TestChecked::every_module_keeps_its_mode_even_after_a_refusal",
    ),
}
SYMPTOMS = {
    "refuse_nonfinite": "TestNumbersThatAreNone::in_the_input",
    "refuse_quantities_as_labels": "TestClasses::quantities_as_labels",
    "refuse_class_shape": "TestClasses::one_output_for_a_loss_of_classes",
    "refuse_other_length": "TestOneNumber::rows_lost",
    "refuse_row_shape": "TestOneNumber::several_outputs",
    "refuse_labels_outside": "TestClasses::labels_that_are_no_indices",
    "refuse_probabilities": "TestClasses::softmax_into_a_logits_loss",
    "refuse_no_log_probabilities": "TestClasses::logits_or_probabilities_into_a_likelihood",
    "refuse_sigmoid": "TestOneNumber::sigmoid_into_a_logit_loss",
    "refuse_equal_targets": "TestClasses::one_class_alone",
    "is_one": "TestFittingPairs::one_row_that_looks_like_a_probability",
    "last_bend": "TestClasses::two_sigmoids_for_one_binary_label",
}
ROWS: tuple[Row, ...] = (
    *(
        row(
            f"objectives.contract.{name}",
            REFUSES,
            No("its answer is a sentence"),
            laws=(CONTRACT + fits,),
            bad=(CONTRACT + refused,),
        )
        for name, (fits, refused) in CONTRACTS.items()
    ),
    *(
        row(
            f"objectives.contract.{name}",
            No("passes on what the objective says"),
            f"{CONTRACT}TestChecked::first_batch_gives_the_same_loss_and_chance_as_without",
            laws=(f"{CONTRACT}TestChecked::gradient_flows_from_the_first_batch_on",),
        )
        for name in ("Checked", "checked")
    ),
    *(
        row(f"objectives.symptoms.{name}", REFUSES, No("its answer is a sentence"), bad=(CONTRACT + test,))
        for name, test in SYMPTOMS.items()
    ),
)
