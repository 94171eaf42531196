import { CinemasDocument } from "../api/generated/graphql";
import { t } from "../i18n";
import { Failure, Heading, Waiting } from "../page";
import { useQuery } from "../query";

export function Movies() {
  const { data, failure, retry } = useQuery(CinemasDocument, {});
  return (
    <>
      <Heading>{t("movies")}</Heading>
      {failure ? <Failure text={failure} retry={retry} /> : !data && <Waiting />}
      <ul>
        {data?.cinemas.edges.map(({ node }) => (
          <li key={node.id}>
            {node.name}, {node.city}
          </li>
        ))}
      </ul>
    </>
  );
}
