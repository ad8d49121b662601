"""Which stage a lesson is put on."""

from etude.playground.gan import GENERATE
from etude.playground.lesson import Lesson
from etude.playground.perceptron import PERCEPTRON
from etude.web.adversarial import AdversarialStage
from etude.web.perceptron import PerceptronStage
from etude.web.stage import LessonStage


def stage_of(lesson: Lesson) -> LessonStage:
    """A lesson from its first weights on."""
    if lesson.problem == GENERATE:
        return AdversarialStage(lesson)
    return PerceptronStage(lesson) if lesson.optimizer == PERCEPTRON else LessonStage(lesson)
