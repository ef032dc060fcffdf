import type { ConfigReader } from "./configReader.ts";
import { RecipeError } from "./recipeError.ts";

/**
 * The loss of the fork that distils online, from its train function:
 * TEACHER_WEIGHT · MSE(last exit) + Σ MSE(pupils) + KLD_WEIGHT · ramp · Σ KLD(couples), where USE_MSE and USE_KLD say so. Without MULTI the last exit
 * learns alone, as HRNet does. An exit that no couple names as a pupil learns nothing of its own.
 * @throws RecipeError for a couple of exits that there are not, or whose pupil comes after its teacher, which that program passes over.
 */
export function hrnetLosses(
  options: ConfigReader,
  { model, stages }: { readonly model: string; readonly stages?: number },
): readonly Readonly<Record<string, unknown>>[] {
  const isMulti = options.flag("MODEL.MULTI", false);
  const [useMse, useKld] = [options.flag("LOSS.USE_MSE", false), options.flag("LOSS.USE_KLD", false)];
  const couples = options.pairs("LOSS.KLD_COUPLES");
  const [kldWeight, teacherWeight] = [options.number("TRAIN.KLD_WEIGHT", 1), options.number("TRAIN.TEACHER_WEIGHT", 1)];
  const length = options.number("TRAIN.LENGTH", 60);
  const hard = { kind: "jointsMse", against: "groundTruth", normalization: "paper" };
  if (stages === undefined) return [{ name: "gt", ...hard, weight: 1 }];
  const last = { name: `exit${stages}`, ...hard, weight: teacherWeight };
  if (!isMulti) return [last];
  for (const [pupil, teacher] of couples) {
    if (pupil >= 1 && pupil < teacher && teacher <= stages) continue;
    throw new RecipeError(
      `LOSS.KLD_COUPLES: [${pupil}, ${teacher}] is no couple [pupil, later teacher] of the ${stages} exits of ${model}`,
    );
  }
  const pupils = [...new Set(couples.map(([pupil]) => pupil))].sort();
  const ofPupils = pupils.map((exit) => ({ name: `exit${exit}`, ...hard, student: `student.heatmaps.${exit}`, weight: 1 }));
  const soft = {
    name: "kld",
    kind: "jointsKl",
    normalization: "paper",
    joints: "labelled",
    couples: couples.map((couple) => couple.map((exit) => `student.heatmaps.${exit}`)),
    detachTeacher: false,
    weight: length > 0 ? { rule: "ramp", to: kldWeight, epochs: length } : kldWeight,
  };
  return [last, ...(useMse ? ofPupils : []), ...(useKld && couples.length > 0 ? [soft] : [])];
}
