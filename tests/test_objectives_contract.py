import pytest
import torch
from torch import Tensor, nn

from etude.errors import DataError, EtudeError, UsageError
from etude.layers.outputs import Scalar
from etude.objectives.classification import (
    Focal,
    Weighted,
    binary_cross_entropy,
    cross_entropy,
    negative_log_likelihood,
)
from etude.objectives.contract import (
    BinaryContract,
    ClassesContract,
    Contract,
    QuantityContract,
    binary_contract,
    checked,
    classes_contract,
    log_probabilities_contract,
    quantity_contract,
)
from etude.objectives.regression import mean_squared_error
from etude.records import Labelled
from etude.types import Loss

LABELS = torch.arange(12) % 3


def three_classes(*ends: nn.Module) -> nn.Module:
    return nn.Sequential(nn.Linear(5, 3), *ends)


def one_number(*ends: nn.Module) -> nn.Module:
    return nn.Sequential(nn.Linear(5, 1), *ends)


def rows(y: Tensor = LABELS) -> Labelled:
    return Labelled(torch.randn(len(y), 5), y)


def refusal(contract: Contract, model: nn.Module, batch: Labelled) -> EtudeError:
    with pytest.raises(EtudeError) as caught:
        contract(model, batch)
    return caught.value


class TestFittingPairs:
    """None of these may be refused."""

    def test_logits_of_classes(self) -> None:
        classes_contract(three_classes(), rows())

    def test_log_probabilities(self) -> None:
        log_probabilities_contract(three_classes(nn.LogSoftmax(1)), rows())

    def test_one_logit_or_quantity(self) -> None:
        binary_contract(one_number(Scalar()), rows(torch.arange(12) % 2))
        binary_contract(one_number(Scalar()), rows((torch.arange(12) % 2).float()))
        quantity_contract(one_number(Scalar()), rows(torch.randn(12)))

    def test_untrained_zero_weights(self) -> None:
        model = three_classes()
        for parameter in model.parameters():
            nn.init.zeros_(parameter)
        classes_contract(model, rows())

    def test_zero_weights_with_the_log_frequencies_as_bias(self) -> None:
        model = three_classes()
        nn.init.zeros_(model[0].weight)
        with torch.no_grad():
            model[0].bias.copy_(torch.tensor([0.7, 0.2, 0.1]).log())
        classes_contract(model, rows())

    def test_logits_that_sum_to_one_beyond_the_unit_interval(self) -> None:
        logits = torch.tensor([[1.5, -0.5, 0.0], [0.2, 0.9, -0.1]])
        classes_contract(nn.Identity(), Labelled(logits, torch.tensor([0, 1])))

    def test_one_row_that_looks_like_a_probability(self) -> None:
        classes_contract(nn.Identity(), Labelled(torch.tensor([[0.25, 0.75]]), torch.tensor([0])))

    def test_logits_within_the_unit_interval(self) -> None:
        binary_contract(one_number(nn.Hardtanh(0.1, 0.9), Scalar()), rows(torch.arange(12) % 2))

    def test_small_batch_of_one_class(self) -> None:
        classes_contract(three_classes(), rows(torch.zeros(16, dtype=torch.int64)))

    def test_large_batch_without_the_rare_class_that_is_known_to_exist(self) -> None:
        ClassesContract((10_000, 17))(nn.Linear(5, 2), rows(torch.zeros(256, dtype=torch.int64)))
        BinaryContract(varied=True)(one_number(Scalar()), rows(torch.zeros(256, dtype=torch.int64)))
        QuantityContract(varied=True)(one_number(Scalar()), rows(torch.zeros(256)))

    def test_bytes_of_pictures(self) -> None:
        class Bytes(nn.Module):
            def forward(self, x: Tensor) -> Tensor:
                return x.flatten(1)[:, :3].float()

        pictures = torch.randint(256, (12, 1, 4, 4), dtype=torch.uint8)
        classes_contract(Bytes(), Labelled(pictures, LABELS))


class TestClasses:
    def test_softmax_into_a_logits_loss(self) -> None:
        error = refusal(classes_contract, three_classes(nn.Softmax(1)), rows())
        assert error.code == "E-CFG-LOSS"
        assert "Remove nn.Softmax" in error.message

    def test_log_softmax_into_a_logits_loss(self) -> None:
        error = refusal(classes_contract, three_classes(nn.LogSoftmax(1)), rows())
        assert error.code == "E-CFG-LOSS"
        assert "Remove nn.LogSoftmax" in error.message

    def test_two_sigmoids_for_one_binary_label(self) -> None:
        model = nn.Sequential(nn.Linear(5, 2), nn.Sigmoid())
        error = refusal(classes_contract, model, rows(torch.arange(12) % 2))
        assert error.code == "E-CFG-LOSS"
        assert "2 sigmoids" in error.message
        assert "Remove nn.Sigmoid" in error.message

    @pytest.mark.parametrize("end", [nn.Identity(), nn.Softmax(1)])
    def test_logits_or_probabilities_into_a_likelihood(self, end: nn.Module) -> None:
        error = refusal(log_probabilities_contract, three_classes(end), rows())
        assert error.code == "E-CFG-LOSS"
        assert "nll_loss needs log-probabilities" in error.message
        assert "nn.LogSoftmax" in error.message

    @pytest.mark.parametrize("end", [nn.Identity(), Scalar()])
    def test_one_output_for_a_loss_of_classes(self, end: nn.Module) -> None:
        error = refusal(classes_contract, one_number(end), rows(torch.arange(12) % 2))
        assert error.code == "E-CFG-LOSS"
        assert "nn.Linear(..., 2)" in error.message

    def test_missing_flatten_that_torch_does_not_notice(self) -> None:
        model = nn.Sequential(nn.Conv2d(1, 4, 3, padding=1), nn.Linear(6, 3))
        error = refusal(classes_contract, model, Labelled(torch.randn(12, 1, 6, 6), LABELS))
        assert error.code == "E-CFG-LOSS"
        assert "add nn.Flatten()" in error.message

    def test_missing_flatten_that_torch_stumbles_over(self) -> None:
        model = nn.Sequential(nn.Conv2d(1, 4, 3, padding=1), nn.Linear(4 * 36, 3))
        error = refusal(classes_contract, model, Labelled(torch.randn(12, 1, 6, 6), LABELS))
        assert error.code == "E-CFG-LOSS"
        assert "add nn.Flatten()" in error.message

    def test_batch_mixed_into_the_features(self) -> None:
        error = refusal(classes_contract, nn.Sequential(nn.Flatten(0), nn.Unflatten(0, (20, 3))), rows())
        assert "20 rows for 12 examples" in error.message

    def test_more_labels_than_outputs(self) -> None:
        error = refusal(classes_contract, three_classes(), rows(torch.arange(12) % 5))
        assert isinstance(error, UsageError)
        assert error.code == "E-CFG-CLASSES"
        assert "nn.Linear(..., 5)" in error.message

    @pytest.mark.parametrize(("outputs", "classes"), [(10, 12), (12, 10)])
    def test_other_outputs_than_known_classes(self, outputs: int, classes: int) -> None:
        error = refusal(ClassesContract((5,) * classes), nn.Linear(5, outputs), rows())
        assert error.code == "E-CFG-CLASSES"
        assert error.message.startswith(f"the network has {outputs} outputs and the data {classes} classes")

    @pytest.mark.parametrize(("labels", "fix"), [(LABELS + 1, "subtract 1"), (LABELS - 1, "never negative")])
    def test_labels_that_are_no_indices(self, labels: Tensor, fix: str) -> None:
        error = refusal(classes_contract, three_classes(), rows(labels))
        assert isinstance(error, DataError)
        assert error.code == "E-CFG-CLASSES"
        assert fix in error.message

    def test_quantities_as_labels(self) -> None:
        error = refusal(classes_contract, three_classes(), rows(torch.randn(12)))
        assert error.code == "E-CFG-LOSS"
        assert "mean_squared_error" in error.message

    def test_one_class_alone(self) -> None:
        error = refusal(classes_contract, three_classes(), rows(torch.ones(40, dtype=torch.int64)))
        assert isinstance(error, DataError)
        assert error.code == "E-TARGET-ONE"
        assert "all 40 targets of the first batch are the class 1" in error.message


class TestOneNumber:
    @pytest.mark.parametrize("contract", [binary_contract, quantity_contract])
    def test_column_against_row(self, contract: Contract) -> None:
        error = refusal(contract, one_number(), rows((torch.arange(12) % 2).float()))
        assert error.code == "E-CFG-LOSS"
        assert "(12, 1)" in error.message
        assert "(12,)" in error.message
        assert "12 x 12" in error.message
        assert "squeeze(1)" in error.message

    @pytest.mark.parametrize("contract", [binary_contract, quantity_contract])
    def test_several_outputs(self, contract: Contract) -> None:
        error = refusal(contract, three_classes(), rows((torch.arange(12) % 2).float()))
        assert error.code == "E-CFG-LOSS"
        assert "cross_entropy" in error.message

    @pytest.mark.parametrize("contract", [binary_contract, quantity_contract])
    def test_missing_flatten(self, contract: Contract) -> None:
        batch = Labelled(torch.randn(12, 1, 6, 5), torch.arange(12) % 2)
        error = refusal(contract, one_number(), batch)
        assert "add nn.Flatten()" in error.message

    @pytest.mark.parametrize("contract", [binary_contract, quantity_contract])
    def test_rows_lost(self, contract: Contract) -> None:
        error = refusal(contract, nn.Sequential(nn.Flatten(0), nn.Linear(60, 7)), rows(torch.arange(12) % 2))
        assert "7 rows for 12 examples" in error.message

    def test_sigmoid_into_a_logit_loss(self) -> None:
        model = one_number(nn.Sigmoid(), Scalar())
        error = refusal(binary_contract, model, rows(torch.arange(12) % 2))
        assert error.code == "E-CFG-LOSS"
        assert "Remove nn.Sigmoid" in error.message

    @pytest.mark.parametrize(
        ("labels", "code", "fix"),
        [
            (2 * (torch.arange(12) % 2) - 1, "E-CFG-CLASSES", "(y + 1) / 2"),
            (torch.arange(12) % 2 + 1, "E-CFG-CLASSES", "subtract 1"),
            (torch.arange(12) % 6, "E-CFG-CLASSES", "cross_entropy"),
            (torch.linspace(0, 1, 12), "E-CFG-LOSS", "mean_squared_error"),
        ],
    )
    def test_binary_targets_that_are_not_0_and_1(self, labels: Tensor, code: str, fix: str) -> None:
        error = refusal(binary_contract, one_number(Scalar()), rows(labels))
        assert error.code == code
        assert fix in error.message

    def test_one_quantity_alone(self) -> None:
        error = refusal(quantity_contract, one_number(Scalar()), rows(torch.full((12,), 2.5)))
        assert error.code == "E-TARGET-ONE"
        assert "the quantity 2.5" in error.message


class TestNumbersThatAreNone:
    @pytest.mark.parametrize("bad", [float("nan"), float("inf"), -float("inf")])
    def test_in_the_input(self, bad: float) -> None:
        batch = rows()
        batch.x[4, 2] = bad
        error = refusal(classes_contract, three_classes(), batch)
        assert isinstance(error, DataError)
        assert error.code == "E-NUM-NONFINITE"
        assert "1 of 60 input numbers" in error.message
        assert "example 4" in error.message

    def test_in_the_target(self) -> None:
        y = torch.randn(12)
        y[7] = float("nan")
        error = refusal(quantity_contract, one_number(Scalar()), rows(y))
        assert error.code == "E-NUM-NONFINITE"
        assert "example 7" in error.message

    def test_in_the_output(self) -> None:
        class Logarithm(nn.Module):
            def forward(self, x: Tensor) -> Tensor:
                return x.relu().log()

        error = refusal(classes_contract, three_classes(Logarithm()), rows())
        assert isinstance(error, UsageError)
        assert error.code == "E-NUM-NONFINITE"
        assert "output" in error.message


class TestChecked:
    def network(self) -> nn.Module:
        torch.manual_seed(0)
        return nn.Sequential(nn.Linear(5, 8), nn.BatchNorm1d(8), nn.Dropout(0.5), nn.Linear(8, 3))

    def test_first_batch_gives_the_same_loss_and_chance_as_without(self) -> None:
        batch = rows()
        losses, chance, buffers = [], [], []
        for objective in (cross_entropy, checked(cross_entropy, classes_contract)):
            model = self.network()
            torch.manual_seed(1)
            losses.append(objective(model, batch).value.detach())
            chance.append(torch.rand(3))
            buffers.append(model[1].running_mean.clone())
        assert torch.equal(losses[0], losses[1])
        assert torch.equal(chance[0], chance[1])
        assert torch.equal(buffers[0], buffers[1])

    def test_every_module_keeps_its_mode_even_after_a_refusal(self) -> None:
        model = self.network()
        model[1].eval()
        modes = [module.training for module in model.modules()]
        checked(cross_entropy, classes_contract)(model, rows())
        assert [module.training for module in model.modules()] == modes
        with pytest.raises(UsageError):
            checked(cross_entropy, classes_contract)(model, rows(torch.arange(12)))
        assert [module.training for module in model.modules()] == modes

    def test_gradient_flows_from_the_first_batch_on(self) -> None:
        model = self.network()
        checked(cross_entropy, classes_contract)(model, rows()).value.backward()
        assert model[0].weight.grad.abs().sum() > 0

    def test_contract_is_read_once_and_only_when_it_was_kept(self) -> None:
        seen: list[int] = []

        def contract(model: nn.Module, batch: Labelled) -> None:
            seen.append(len(batch))
            if len(seen) == 1:
                raise UsageError("E-CFG-LOSS", "no")

        objective = checked(cross_entropy, contract)
        with pytest.raises(UsageError):
            objective(three_classes(), rows())
        for _ in range(3):
            loss = objective(three_classes(), rows())
        assert seen == [12, 12]
        assert isinstance(loss, Loss)

    @pytest.mark.parametrize("objective", [cross_entropy, Focal(2.0), Weighted(torch.ones(3))])
    def test_every_loss_of_classes_can_be_checked(self, objective: object) -> None:
        assert callable(objective)
        assert checked(objective, classes_contract)(three_classes(), rows()).value.isfinite()

    def test_other_losses_can_be_checked(self) -> None:
        y = torch.arange(12) % 2
        assert checked(binary_cross_entropy, binary_contract)(one_number(Scalar()), rows(y)).value.isfinite()
        assert checked(mean_squared_error, quantity_contract)(one_number(Scalar()), rows(y.float())).value.isfinite()
        nll = checked(negative_log_likelihood, log_probabilities_contract)
        assert nll(three_classes(nn.LogSoftmax(1)), rows()).value.isfinite()
