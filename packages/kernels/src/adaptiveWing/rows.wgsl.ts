import { axisThread } from "../reduce/axisRange.ts";
import { logarithm, logOnePlus } from "../wgsl/logarithm.wgsl.ts";
import { wgsl } from "../wgsl.ts";

/**
 * One thread walks a range of rows of one map, keeping the largest target of three columns, so that the 3×3 maximum costs three loads a
 * pixel. With `gradient` it writes dprediction, without it sums the loss.
 */
export const rows = (gradient: boolean): string => wgsl`
${logarithm()}
${logOnePlus()}
// Loss of a pixel (Wang et al. 2019, eq. 3), or its derivative by the prediction.
fn wing(prediction: f32, target_: f32) -> f32 {
  let difference = prediction - target_;
  let distance = abs(difference);
  let power = u.alpha - target_;
  // (θ/ε)^power; A = slope, and θA − C = ω·ln(1 + atTheta), so A·distance − C = A·(distance − θ) + ω·ln(1 + atTheta).
  let atTheta = exp2(power * u.logRatio);
  let slope = u.omega * power * atTheta / (u.theta * (1.0 + atTheta));
  // pow(0, …) is undefined; below the smallest normal number the factor or the sign is 0 anyway.
  let relative = distance / u.epsilon;
  let lowered = pow(max(relative, 1.1754944e-38), power - 1.0);
  let raised = lowered * relative;
  #if ${gradient}
  let near = u.omega * power * lowered / (u.epsilon * (1.0 + raised));
  return select(near, slope, distance >= u.theta) * sign(difference);
  #else
  let near = u.omega * logOnePlus(raised);
  // NaN is not near and passes, while a logarithm may lose it.
  return select(slope * (distance - u.theta) + u.omega * logOnePlus(atTheta), near, distance < u.theta);
  #endif
}

// The largest target of a column of three.
fn largest(above: u32, middle: u32, below: u32) -> f32 {
  return max(max(f32(target_[above]), f32(target_[middle])), f32(target_[below]));
}

${axisThread("u.width * u.inner")}
  let visible = mask[map];
  let stride = u.width * u.inner;
  let last = stride - u.inner;
  #if ${gradient}
  let scale = dy[0] * factor[0] * visible;
  #else
  var sum = 0.0;
  #endif
  for (var h = start; h < end; h++) {
    let middle = base + h * stride;
    // Clamped at the edges: a row or column twice does not change a maximum.
    let above = select(middle - stride, middle, h == 0u);
    let below = select(middle + stride, middle, h + 1u == u.length);
    var here = largest(above, middle, below);
    var before = here;
    for (var column = 0u; column < stride; column += u.inner) {
      let next = min(column + u.inner, last);
      let after = largest(above + next, middle + next, below + next);
      let peak = max(max(before, here), after) * visible;
      let importance = 1.0 + select(0.0, u.importanceWeight, peak >= u.importanceThreshold);
      let at = middle + column;
      let value = importance * wing(f32(prediction[at]) * visible, f32(target_[at]) * visible);
      #if ${gradient}
      dprediction[at] = DpredictionElement(scale * value);
      #else
      sum += value;
      #endif
      before = here;
      here = after;
    }
  }
  #if ${!gradient}
  partial[index] = factor[0] * sum;
  #endif
}`;
